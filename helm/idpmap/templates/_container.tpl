{{/* idpmap's container, as a list of one. Takes `root` and `role`, which is `sidecar` or `standalone`. */}}
{{- define "idpmap.container" -}}
{{- $values := .root.Values -}}
{{- $isNative := and (eq .role "sidecar") $values.sidecar.native -}}
- name: idpmap
  image: {{ include "idpmap.image" (dict "image" $values.image "tag" .root.Chart.AppVersion) | quote }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  {{- if $isNative }}
  # No preStop hook: a native sidecar's runs at once, while Postfix is still at work
  restartPolicy: Always
  {{- end }}
  args: {{- prepend ($values.extraArgs | default list) "serve" | toYaml | nindent 4 }}
  env:
    {{- include "idpmap.environment" . | nindent 4 }}
    {{- with $values.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- include "idpmap.fields" (dict "from" (dict "envFrom" $values.extraEnvFrom) "names" (list "envFrom") "indent" 2) }}
  ports:
    {{- if eq .role "standalone" }}
    - name: socketmap
      containerPort: {{ $values.standalone.port }}
      protocol: TCP
    {{- end }}
    - name: idpmap-metrics
      containerPort: {{ $values.http.port }}
      protocol: TCP
  {{- include "idpmap.probes" . }}
  {{- include "idpmap.fields" (dict "from" $values "names" (list "resources" "securityContext") "indent" 2) }}
  volumeMounts:
    {{- include "idpmap.mounts" . | nindent 4 }}
    {{- with $values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/*
The settings that are the chart's. The environment wins over the configuration's file. _checks.tpl names the same ones.
*/}}
{{- define "idpmap.environment" -}}
{{- $values := .root.Values -}}
- name: IDPMAP_CONFIG
  value: /etc/idpmap/idpmap.yaml
- name: IDPMAP_LISTEN
  value: {{ include "idpmap.listen" . | quote }}
- name: IDPMAP_CONTROL
  value: /run/idpmap/control
- name: IDPMAP_STATE
  value: /var/lib/idpmap/state
- name: IDPMAP_HTTP__ENDPOINT
  value: tcp://[::]:{{ $values.http.port }}
{{- if $values.http.openFigures }}
- name: IDPMAP_HTTP__ACKNOWLEDGE_UNAUTHENTICATED
  value: "true"
{{- end }}
{{- if $values.http.existingSecret }}
- name: IDPMAP_HTTP__TOKEN_FILE
  value: /run/secrets/idpmap-http/token
{{- end }}
{{- with $values.http.hosts }}
- name: IDPMAP_HTTP__HOSTS
  value: {{ toJson . | quote }}
{{- end }}
{{- if $values.fleet.enabled }}
{{ include "idpmap.fleetEnvironment" .root }}
{{- end }}
{{- with include "idpmap.drain" . }}
- name: IDPMAP_DRAIN
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "idpmap.listen" -}}
{{- if eq .role "standalone" -}}
{{- dict "endpoint" (printf "tcp://[::]:%d" (int .root.Values.standalone.port)) "allow" .root.Values.standalone.allow "acknowledgeUnauthenticated" true | toJson }}
{{- else -}}
unix:{{ include "idpmap.socketPath" .root }}?mode={{ include "idpmap.socketMode" .root }}
{{- end }}
{{- end }}

{{/* How long it goes on answering when it is stopped. A native sidecar needs none: it is stopped after Postfix. */}}
{{- define "idpmap.drain" -}}
{{- if eq .role "standalone" -}}
{{- .root.Values.standalone.drain }}
{{- else if not .root.Values.sidecar.native -}}
{{- .root.Values.sidecar.drain }}
{{- end }}
{{- end }}

{{/* The probes, with the port of HTTP where they name none. A sidecar's readiness would take Postfix out of service. */}}
{{- define "idpmap.probes" -}}
{{- $names := list "startupProbe" "livenessProbe" -}}
{{- if eq .role "standalone" }}{{ $names = append $names "readinessProbe" }}{{ end -}}
{{- $probes := dict -}}
{{- range $name := $names }}
{{- $probe := include "idpmap.probe" (dict "probe" (index $.root.Values $name) "handler" "httpGet") | fromYaml }}
{{- with $probe.httpGet }}
{{- $_ := set $probe "httpGet" (merge . (dict "port" $.root.Values.http.port)) }}
{{- end }}
{{- $_ := set $probes $name $probe }}
{{- end }}
{{- include "idpmap.fields" (dict "from" $probes "names" $names "indent" 2) }}
{{- end }}

{{/* A `probe`, where a handler of the user's is in place of the default's, `handler`, beside which helm has put it. */}}
{{- define "idpmap.probe" -}}
{{- $probe := .probe | default dict -}}
{{- $others := omit (pick $probe "exec" "grpc" "httpGet" "tcpSocket") .handler -}}
{{- ternary $probe (omit $probe .handler) (empty $others) | toYaml }}
{{- end }}
