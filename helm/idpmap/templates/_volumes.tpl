{{/*
Everything is mounted as a directory, never by subPath: the kubelet swaps a directory as a whole when its ConfigMap or
Secret changes, and idpmap follows. What is mounted by subPath stays as it was at the start.
*/}}
{{- define "idpmap.mounts" -}}
{{- $values := .root.Values -}}
- name: idpmap-config
  mountPath: /etc/idpmap
  readOnly: true
- name: idpmap-run
  mountPath: /run/idpmap
{{- if include "idpmap.ownState" .root }}
- name: idpmap-state
  mountPath: /var/lib/idpmap
{{- end }}
{{- if eq .role "sidecar" }}
- name: idpmap-socket
  mountPath: {{ $values.socket.directory }}
{{- end }}
{{- if $values.existingSecret }}
- name: idpmap-secrets
  mountPath: /run/secrets/idpmap
  readOnly: true
{{- end }}
{{- if $values.http.existingSecret }}
- name: idpmap-http
  mountPath: /run/secrets/idpmap-http
  readOnly: true
{{- end }}
{{- if and $values.fleet.enabled $values.fleet.existingSecret }}
- name: idpmap-fleet
  mountPath: /run/secrets/idpmap-fleet
  readOnly: true
{{- end }}
{{- if $values.serviceAccountToken.enabled }}
- name: idpmap-token
  mountPath: /run/secrets/idpmap-token
  readOnly: true
{{- end }}
{{- end }}

{{/* Not empty where the state's volume is the chart's: a mount of yours in that place goes before. */}}
{{- define "idpmap.ownState" -}}
{{- $mounted := list }}
{{- range .Values.extraVolumeMounts }}{{ $mounted = append $mounted .mountPath }}{{ end }}
{{- if not (has "/var/lib/idpmap" $mounted) }}yes{{ end }}
{{- end }}

{{/* The volumes of `idpmap.mounts`. Takes `root` and `role`. */}}
{{- define "idpmap.volumeList" -}}
{{- $values := .root.Values -}}
- name: idpmap-config
  configMap:
    name: {{ include "idpmap.configMapName" .root | quote }}
- name: idpmap-run
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- if include "idpmap.ownState" .root }}
{{- $volume := $values.state.volume }}
{{- /* Helm merges what you write with the default; a volume has one source. */}}
{{- if gt (len $volume) 1 }}{{ $volume = omit $volume "emptyDir" }}{{ end }}
{{- $isUsual := eq (dig "emptyDir" "sizeLimit" "" $volume) "16Mi" }}
{{- if and $isUsual (include "idpmap.mirrors" .root | fromJson) }}{{ $volume = dict "emptyDir" (dict "sizeLimit" $values.state.mirrorSize) }}{{ end }}
- name: idpmap-state
  {{- toYaml $volume | nindent 2 }}
{{- end }}
{{- if eq .role "sidecar" }}
- name: idpmap-socket
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- end }}
{{- with $values.existingSecret }}
- name: idpmap-secrets
  secret:
    secretName: {{ . | quote }}
{{- end }}
{{- with $values.http.existingSecret }}
- name: idpmap-http
  secret:
    secretName: {{ . | quote }}
    items:
      - key: {{ $values.http.secretKey | quote }}
        path: token
{{- end }}
{{- if and $values.fleet.enabled $values.fleet.existingSecret }}
- name: idpmap-fleet
  secret:
    secretName: {{ $values.fleet.existingSecret | quote }}
{{- end }}
{{- with $values.serviceAccountToken }}
{{- if .enabled }}
- name: idpmap-token
  projected:
    sources:
      - serviceAccountToken:
          audience: {{ .audience | quote }}
          expirationSeconds: {{ int .expirationSeconds }}
          path: token
{{- end }}
{{- end }}
{{- end }}
