{{/*
How a Service is reached from outside of the cluster. Unless told otherwise kube-proxy keeps the client's address, by which
idpmap and Postfix judge. Takes the Service's values.
*/}}
{{- define "idpmap.outside" -}}
{{- $policy := .externalTrafficPolicy | default (ternary "" "Local" (eq .type "ClusterIP")) -}}
{{- $own := merge (dict "externalTrafficPolicy" $policy) (pick . "loadBalancerIP" "loadBalancerSourceRanges") -}}
{{- include "idpmap.fields" (dict "from" $own "names" (keys $own | sortAlpha) "indent" 2) }}
{{- end }}
