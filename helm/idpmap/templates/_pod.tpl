{{/*
The Pod's template. Takes `root` and `role`.

There is no checksum of the configuration among the annotations: idpmap follows changes of its ConfigMap and Secrets, and
Postfix need not be restarted for them.
*/}}
{{- define "idpmap.podTemplate" -}}
{{- $values := .root.Values -}}
{{- $isSidecar := eq .role "sidecar" -}}
{{- $isNative := and $isSidecar $values.sidecar.native -}}
metadata:
  labels: {{- include "idpmap.podLabels" .root | nindent 4 }}
  {{- include "idpmap.annotations" (dict "root" .root "own" $values.podAnnotations "indent" 2) }}
spec:
  serviceAccountName: {{ include "idpmap.serviceAccountName" .root | quote }}
  automountServiceAccountToken: false
  # Else each Service of the namespace would become variables of both containers
  enableServiceLinks: false
  {{- include "idpmap.numbers" (dict "from" $values "names" (list "terminationGracePeriodSeconds") "indent" 2) }}
  {{- $context := $values.podSecurityContext | default dict | toYaml }}
  {{- if $isSidecar }}{{ $context = include "idpmap.podSecurityContext" .root }}{{ end }}
  {{- if ne $context "{}" }}
  securityContext: {{- $context | nindent 4 }}
  {{- end }}
  {{- if or $isNative $values.extraInitContainers }}
  initContainers:
    {{- with $values.extraInitContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- if $isNative }}
    {{- include "idpmap.sidecarContainer" .root | nindent 4 }}
    {{- end }}
  {{- end }}
  containers:
    {{- if not $isNative }}
    {{- include "idpmap.container" . | nindent 4 }}
    {{- end }}
    {{- if $isSidecar }}
    {{- include "idpmap.postfixContainer" .root | nindent 4 }}
    {{- end }}
    {{- with $values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "idpmap.volumeList" . | nindent 4 }}
    {{- if and $isSidecar $values.postfix.persistence.existingClaim }}
    - name: queue
      persistentVolumeClaim:
        claimName: {{ $values.postfix.persistence.existingClaim | quote }}
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- $fields := list "imagePullSecrets" "nodeSelector" "tolerations" "affinity" "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" "dnsConfig" "hostAliases" }}
  {{- include "idpmap.fields" (dict "from" $values "names" $fields "indent" 2) }}
  {{- include "idpmap.spread" .root }}
{{- end }}

{{/* Spreads this release's Pods where a constraint does not say which ones. */}}
{{- define "idpmap.spread" -}}
{{- $ours := dict "labelSelector" (dict "matchLabels" (include "idpmap.selectorLabels" . | fromYaml)) -}}
{{- $constraints := list -}}
{{- range .Values.topologySpreadConstraints }}
{{- $constraints = append $constraints (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $ours)) }}
{{- end }}
{{- include "idpmap.fields" (dict "from" (dict "topologySpreadConstraints" $constraints) "names" (list "topologySpreadConstraints") "indent" 2) }}
{{- end }}
