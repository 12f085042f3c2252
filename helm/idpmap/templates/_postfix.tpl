{{/* The container of the user's Postfix, as a list of one. */}}
{{- define "idpmap.postfixContainer" -}}
{{- $postfix := .Values.postfix -}}
- name: postfix
  image: {{ include "idpmap.image" (dict "image" $postfix.image "tag" "") | quote }}
  imagePullPolicy: {{ $postfix.image.pullPolicy }}
  {{- $fields := list "command" "args" "env" "envFrom" "ports" "resources" "securityContext" "startupProbe" "livenessProbe" "readinessProbe" "lifecycle" }}
  {{- $readiness := include "idpmap.probe" (dict "probe" $postfix.readinessProbe "handler" "tcpSocket") | fromYaml }}
  {{- include "idpmap.fields" (dict "from" (set (omit $postfix "readinessProbe") "readinessProbe" $readiness) "names" $fields "indent" 2) }}
  volumeMounts:
    {{- if $postfix.persistence.enabled }}
    # A directory of the volume, not the volume itself. Postfix gives its queue directory to root at each start; were
    # that the volume's root, the kubelet would see another group than fsGroup there at the next start and give all of
    # the queue to fsGroup, and postdrop could no longer write to maildrop
    - name: queue
      mountPath: {{ $postfix.queueDirectory }}
      subPath: queue
    {{- end }}
    {{- include "idpmap.postfixVolumeMount" . | nindent 4 }}
    {{- with $postfix.volumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
