{{/* Values of what is around the Pods that contradict each other: a part of `idpmap.faults`. */}}

{{- define "idpmap.faults.families" -}}
{{- $count := .Values.ipFamilies | default list | len }}
{{- $isDual := .Values.ipFamilyPolicy | default "" | hasSuffix "DualStack" }}
{{- if and $isDual (eq $count 1) }}
- ipFamilyPolicy {{ .Values.ipFamilyPolicy }} goes with two ipFamilies, or each later upgrade fails where the cluster has added the second: name both, or none
{{- end }}
{{- if and (not $isDual) (gt $count 1) }}
- ipFamilies has {{ $count }} families, and ipFamilyPolicy allows one: set ipFamilyPolicy to PreferDualStack or RequireDualStack, or name one family
{{- end }}
{{- end }}

{{- define "idpmap.faults.scaling" -}}
{{- $scaling := .Values.autoscaling }}
{{- if $scaling.enabled }}
{{- if ne .Values.mode "standalone" }}
- autoscaling is for the mode standalone: in the mode {{ .Values.mode }} leave autoscaling.enabled false
{{- else if eq .Values.standalone.kind "DaemonSet" }}
- autoscaling can't scale a DaemonSet, which has one Pod on each node: set standalone.kind to Deployment, or autoscaling.enabled to false
{{- end }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
- autoscaling.minReplicas {{ $scaling.minReplicas }} is more than autoscaling.maxReplicas {{ $scaling.maxReplicas }}: change one
{{- end }}
{{- if not (or $scaling.targetCPUUtilizationPercentage $scaling.targetMemoryUtilizationPercentage) }}
- autoscaling has nothing to go by: set autoscaling.targetCPUUtilizationPercentage or autoscaling.targetMemoryUtilizationPercentage
{{- end }}
{{- end }}
{{- end }}

{{- define "idpmap.faults.budget" -}}
{{- $budget := .Values.podDisruptionBudget }}
{{- if $budget.enabled }}
{{- $fewest := ternary .Values.autoscaling.minReplicas (.Values.replicas | default 1) .Values.autoscaling.enabled | int }}
{{- if eq .Values.mode "none" }}
- podDisruptionBudget is set, and the mode none has no Pods: set podDisruptionBudget.enabled to false
{{- else if and (eq .Values.mode "standalone") (eq .Values.standalone.kind "DaemonSet") }}
- podDisruptionBudget does nothing for a DaemonSet, whose Pods stay while their node is drained: set podDisruptionBudget.enabled to false
{{- else if not (or (kindIs "invalid" $budget.minAvailable) (kindIs "invalid" $budget.maxUnavailable)) }}
- podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable are both set: set one of them to null
{{- else if ge (include "idpmap.share" (dict "of" $fewest "number" $budget.minAvailable) | int) $fewest }}
- podDisruptionBudget.minAvailable {{ $budget.minAvailable }} of {{ $fewest }} Pods would let no node be drained: lower it, or set more replicas
{{- else if has (toString $budget.maxUnavailable) (list "0" "0%") }}
- podDisruptionBudget.maxUnavailable {{ $budget.maxUnavailable }} would let no node be drained: raise it, or leave it out for 1
{{- end }}
{{- end }}
{{- end }}

{{/* A `number` of Pods, or their share `of` so many, which Kubernetes rounds up. */}}
{{- define "idpmap.share" -}}
{{- if kindIs "string" .number -}}
{{- div (add (mul (trimSuffix "%" .number | int) .of) 99) 100 }}
{{- else -}}
{{- int .number }}
{{- end }}
{{- end }}

{{- define "idpmap.faults.test" -}}
{{- $test := .Values.test }}
{{- if and $test.strangeAddress (not $test.address) }}
- test.strangeAddress is set without test.address: a test that only sees refusals proves nothing, set both
{{- end }}
{{- if $test.address }}
{{- if eq .Values.mode "none" }}
- test.address is set, and the mode none has nothing to ask: leave it out
{{- else if and (eq .Values.mode "sidecar") (not .Values.postfix.service.enabled) }}
- test.address is asked for through Postfix's Service: set postfix.service.enabled to true, or leave test.address out
{{- else if and (eq .Values.mode "standalone") (not (include "idpmap.mapOf" (dict "config" (.Values.config | default dict) "kind" "mailboxes"))) }}
- test.address is asked of a map of the kind mailboxes, and config.maps has none: add one, or leave test.address out
{{- end }}
{{- end }}
{{- end }}
