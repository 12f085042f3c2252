{{/*
Metadata of an object for Prometheus or Grafana, which may lie in their namespace. Takes `root`, `own`, which are its
values, and `suffix` where there are several.
*/}}
{{- define "idpmap.monitorMetadata" -}}
name: "{{ include "idpmap.fullname" .root }}{{ with .suffix }}-{{ . }}{{ end }}"
{{- with .own.namespace }}
namespace: {{ . | quote }}
{{- end }}
labels: {{- merge (deepCopy .own.labels) (include "idpmap.labels" .root | fromYaml) | toYaml | nindent 2 }}
{{- include "idpmap.annotations" (dict "root" .root "own" .own.annotations "indent" 0) }}
{{- end }}

{{/* How /metrics is scraped, for either kind of monitor. Takes `root` and `own`, the monitor's values. */}}
{{- define "idpmap.scrape" -}}
path: /metrics
{{- if not .root.Values.http.openFigures }}
# The operator looks for the Secret in the monitor's namespace
authorization:
  type: Bearer
  credentials:
    name: {{ .root.Values.http.existingSecret | quote }}
    key: {{ .root.Values.http.secretKey | quote }}
{{- end }}
{{- include "idpmap.fields" (dict "from" .own "names" (list "interval" "scrapeTimeout" "relabelings" "metricRelabelings")) }}
{{- end }}

{{/* What precedes docs/operations.md, with a slash at its end; nothing where nobody has said it. */}}
{{- define "idpmap.files" -}}
{{- with .Values.metrics.docs | default (index .Chart.Annotations "idpmap/files") -}}
{{- printf "%s/" (trimSuffix "/" .) -}}
{{- end -}}
{{- end -}}
