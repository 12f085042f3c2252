{{/* The rule by which mail comes in (`sidecar`) or is asked about (`standalone`), as a list; empty without ports. */}}
{{- define "idpmap.mailIngress" -}}
{{- if eq .Values.mode "sidecar" -}}
{{- with .Values.postfix.ports -}}
- ports:
    {{- range . }}
    - { port: {{ .containerPort }}, protocol: {{ .protocol | default "TCP" }} }
    {{- end }}
  {{- with $.Values.networkPolicy.smtpFrom }}
  from:
    {{- toYaml . | nindent 4 }}
    {{- include "idpmap.testPeer" $ | nindent 4 }}
  {{- end }}
{{- else -}}
[]
{{- end }}
{{- else -}}
- ports:
    - { port: {{ .Values.standalone.port }}, protocol: TCP }
  from:
    {{- with .Values.networkPolicy.socketmapFrom }}
    {{- toYaml . | nindent 4 }}
    {{- else }}
    {{- range .Values.standalone.allow }}
    - ipBlock: { cidr: {{ include "idpmap.network" . | quote }} }
    {{- end }}
    {{- end }}
    {{- include "idpmap.testPeer" . | nindent 4 }}
{{- end }}
{{- end }}

{{/* The Pod of `helm test`, as a list of one: without it the test would say what the policy says. Else nothing. */}}
{{- define "idpmap.testPeer" -}}
{{- if .Values.test.address -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/name: {{ include "idpmap.name" . }}-test
      app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}
{{- end }}

{{/* The rule for who scrapes, as a list; empty where nobody does. */}}
{{- define "idpmap.metricsIngress" -}}
{{- with .Values.networkPolicy.metricsFrom -}}
- ports:
    - { port: {{ $.Values.http.port }}, protocol: TCP }
  from: {{- toYaml . | nindent 4 }}
{{- else -}}
[]
{{- end }}
{{- end }}

{{/* A network as Kubernetes wants it: a single address gets its prefix length. */}}
{{- define "idpmap.network" -}}
{{- if contains "/" . }}{{ . }}{{ else }}{{ . }}/{{ ternary 128 32 (contains ":" .) }}{{ end }}
{{- end }}
