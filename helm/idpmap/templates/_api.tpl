{{/*
The templates for charts that have idpmap as a dependency, with `mode: none`. Their names, what they take and what they
yield change with a major version of this chart only; all other templates are its own affair.

Each takes the context of THIS chart. A parent passes `.Subcharts.idpmap`, and indents as its own file needs:

  spec:
    securityContext: {{- include "idpmap.podSecurityContext" .Subcharts.idpmap | nindent 6 }}
    initContainers:
      {{- include "idpmap.sidecarContainer" .Subcharts.idpmap | nindent 6 }}
    containers:
      - name: postfix
        volumeMounts:
          {{- include "idpmap.postfixVolumeMount" .Subcharts.idpmap | nindent 10 }}
    volumes:
      {{- include "idpmap.volumes" .Subcharts.idpmap | nindent 6 }}
*/}}

{{/*
idpmap.sidecarContainer: a list of one container. With `sidecar.native` it belongs into `initContainers`, after those
that ask no lookups, else first into `containers`.
*/}}
{{- define "idpmap.sidecarContainer" -}}
{{- include "idpmap.container" (dict "root" . "role" "sidecar") }}
{{- end }}

{{/* idpmap.volumes: a list of the Pod's volumes that the container needs. */}}
{{- define "idpmap.volumes" -}}
{{- include "idpmap.volumeList" (dict "root" . "role" "sidecar") }}
{{- end }}

{{/*
idpmap.podSecurityContext: an object, `{}` where nothing is set. Postfix drops supplementary groups, so the group of the
volumes must be the one that `postfix` itself has in its image. The kubelet makes the socket's directory setgid, and the
socket inherits the group.
*/}}
{{- define "idpmap.podSecurityContext" -}}
{{- $own := dict -}}
{{- if include "idpmap.gid" . -}}
{{- $own = dict "fsGroup" (include "idpmap.gid" . | int64) "fsGroupChangePolicy" "OnRootMismatch" -}}
{{- end -}}
{{- toYaml (merge (deepCopy (.Values.podSecurityContext | default dict)) $own) }}
{{- end }}

{{/* idpmap.postfixVolumeMount: a list of one mount, the socket's directory, for the container in which Postfix runs. */}}
{{- define "idpmap.postfixVolumeMount" -}}
- name: idpmap-socket
  mountPath: {{ .Values.socket.directory }}
{{- end }}
