{{- define "idpmap.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* The name of objects. At most 50 characters: names and labels take 63, and a StatefulSet's Pods add a hash. */}}
{{- define "idpmap.fullname" -}}
{{- $name := include "idpmap.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* The kind of object that makes the Pods. */}}
{{- define "idpmap.workload" -}}
{{- if eq .Values.mode "standalone" -}}
{{- .Values.standalone.kind }}
{{- else -}}
{{- ternary "StatefulSet" "Deployment" .Values.postfix.persistence.enabled }}
{{- end }}
{{- end }}

{{- define "idpmap.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "idpmap.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "idpmap.configMapName" -}}
{{- if and (eq .Values.mode "none") (not .Values.config) (not .Values.existingConfigMap) -}}
{{- fail "a container of idpmap is embedded that has no configuration: write it below config (domains and directories), or name a ConfigMap of yours in existingConfigMap" }}
{{- end -}}
{{- .Values.existingConfigMap | default (include "idpmap.fullname" .) }}
{{- end }}

{{/* What selects the Pods. Selectors can't be changed, so neither version nor the user's labels are in it. */}}
{{- define "idpmap.selectorLabels" -}}
app.kubernetes.io/name: {{ include "idpmap.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "idpmap.labels" -}}
{{- $chart := dict
  "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" (.Chart.AppVersion | replace "+" "_" | trunc 63)
  "app.kubernetes.io/managed-by" .Release.Service -}}
{{- toYaml (merge (include "idpmap.selectorLabels" . | fromYaml) $chart (.Values.commonLabels | default dict)) }}
{{- end }}

{{/* Labels of Pods: those of the chart's version are left out, for each upgrade of the chart would restart Postfix. */}}
{{- define "idpmap.podLabels" -}}
{{- toYaml (merge (include "idpmap.selectorLabels" . | fromYaml) (.Values.podLabels | default dict) (.Values.commonLabels | default dict)) }}
{{- end }}

{{/* The field `annotations`, or nothing. Takes `root`, the object's `own` and the `indent`. */}}
{{- define "idpmap.annotations" -}}
{{- $all := merge (deepCopy (.own | default dict)) (.root.Values.commonAnnotations | default dict) -}}
{{- include "idpmap.fields" (dict "from" (dict "annotations" $all) "names" (list "annotations") "indent" .indent) }}
{{- end }}

{{/* The fields `names` of the object `from`, those that are not empty. Takes the `indent` too. */}}
{{- define "idpmap.fields" -}}
{{- range $name := .names }}
{{- with get $.from $name }}
{{- dict $name . | toYaml | nindent ($.indent | default 0 | int) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The same for fields that are numbers, for 0 is one too: those that are not null. */}}
{{- define "idpmap.numbers" -}}
{{- range $name := .names }}
{{- $number := index $.from $name }}
{{- if not (kindIs "invalid" $number) }}
{{- dict $name (int64 $number) | toYaml | nindent ($.indent | int) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes `image`, and `tag` for where the image has none. */}}
{{- define "idpmap.image" -}}
{{- with .image.registry }}{{ . }}/{{ end }}{{ .image.repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag | default .tag }}{{ end }}
{{- end }}

{{/* Group id of `postfix`, as text; empty where it is not known. */}}
{{- define "idpmap.gid" -}}
{{- if not (kindIs "invalid" .Values.postfix.gid) }}{{ int64 .Values.postfix.gid }}{{ end }}
{{- end }}

{{/* Without Postfix's group the socket is for everybody who sees it, and only containers that mount its volume do. */}}
{{- define "idpmap.socketMode" -}}
{{- .Values.socket.mode | default (ternary "0660" "0666" (ne (include "idpmap.gid" .) "")) }}
{{- end }}

{{- define "idpmap.socketPath" -}}
{{- trimSuffix "/" .Values.socket.directory }}/socketmap
{{- end }}
