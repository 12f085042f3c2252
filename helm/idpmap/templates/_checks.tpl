{{/*
What no schema sees: values that contradict each other, or can't work. checks.yaml tells all of them at once. Each is a
line that says what, where and how to mend it.
*/}}
{{- define "idpmap.faults" -}}
{{- include "idpmap.faults.config" . }}
{{- if ne .Values.mode "none" }}{{ include "idpmap.faults.secrets" . }}{{ end }}
{{- include "idpmap.faults.container" . }}
{{- if ne .Values.mode "standalone" }}{{ include "idpmap.faults.socket" . }}{{ end }}
{{- if eq .Values.mode "sidecar" }}{{ include "idpmap.faults.sidecar" . }}{{ end }}
{{- if eq .Values.mode "standalone" }}{{ include "idpmap.faults.standalone" . }}{{ end }}
{{- include "idpmap.faults.families" . }}
{{- include "idpmap.faults.scaling" . }}
{{- include "idpmap.faults.budget" . }}
{{- include "idpmap.faults.test" . }}
{{- end }}

{{- define "idpmap.faults.config" -}}
{{- $values := .Values }}
{{- if and $values.config $values.existingConfigMap }}
- config and existingConfigMap are both set: keep one
{{- end }}
{{- if not (or $values.config $values.existingConfigMap (eq $values.mode "none")) }}
- idpmap has no configuration: write it below config (domains and directories), or name a ConfigMap of yours in existingConfigMap
{{- end }}
{{- if and $values.files (not $values.config) }}
- files is set without config: files lie beside the configuration of the chart. Put them into {{ $values.existingConfigMap | default "the ConfigMap of yours" }}, or write config
{{- end }}
{{- if hasKey ($values.files | default dict) "idpmap.yaml" }}
- files holds idpmap.yaml, which is made of config: leave it out
{{- end }}
{{- range $name, $_ := $values.files }}
{{- if not (regexMatch "^[-._a-zA-Z0-9]+$" $name) }}
- files holds "{{ $name }}", which is no key of a ConfigMap: write letters, digits, "-", "_" and "." only, and no directories
{{- end }}
{{- end }}
{{- range $key, $where := dict "listen" "socket.directory, socket.mode and standalone" "http" "http of the chart" "control" "nothing, it is at /run/idpmap/control" "drain" "sidecar.drain and standalone.drain" }}
{{- if hasKey ($values.config | default dict) $key }}
- config.{{ $key }} is the chart's affair: leave it out, and set {{ $where }}
{{- end }}
{{- end }}
{{- end }}

{{/* Files that the configuration names, and nothing mounts: idpmap would not start. */}}
{{- define "idpmap.faults.secrets" -}}
{{- $config := toJson .Values.config }}
{{- $mounted := list }}
{{- range .Values.extraVolumeMounts }}{{ $mounted = append $mounted .mountPath }}{{ end }}
{{- if and (contains "/run/secrets/idpmap/" $config) (not .Values.existingSecret) (not (has "/run/secrets/idpmap" $mounted)) }}
- config names a file in /run/secrets/idpmap, and no Secret is mounted there: name yours in existingSecret
{{- end }}
{{- if and (contains "/run/secrets/idpmap-token/" $config) (not .Values.serviceAccountToken.enabled) (not (has "/run/secrets/idpmap-token" $mounted)) }}
- config names a file in /run/secrets/idpmap-token, and no token is mounted there: set serviceAccountToken.enabled and serviceAccountToken.audience
{{- end }}
{{- end }}

{{- define "idpmap.faults.container" -}}
{{- $values := .Values }}
{{- $own := list "IDPMAP_CONFIG" "IDPMAP_LISTEN" "IDPMAP_CONTROL" "IDPMAP_HTTP__ENDPOINT" "IDPMAP_HTTP__ACKNOWLEDGE_UNAUTHENTICATED" "IDPMAP_HTTP__TOKEN" "IDPMAP_HTTP__TOKEN_FILE" "IDPMAP_HTTP__HOSTS" "IDPMAP_DRAIN" }}
{{- range $values.extraEnv }}
{{- if has .name $own }}
- extraEnv sets {{ .name }}, which the chart sets itself: leave it out, and use the values socket, http, sidecar or standalone
{{- end }}
{{- end }}
{{- if not (or $values.http.openFigures $values.http.existingSecret) }}
- http.openFigures is false and there is no token: name a Secret with one in http.existingSecret, or open the figures and restrict who reaches them with networkPolicy
{{- end }}
{{- if and $values.serviceAccountToken.enabled (not $values.serviceAccountToken.audience) }}
- serviceAccountToken has no audience: set serviceAccountToken.audience to the realm's issuer URL, such as https://sso.example.org/realms/mail
{{- end }}
{{- end }}

{{/* The socket's place and rights, where there is a Postfix beside. */}}
{{- define "idpmap.faults.socket" -}}
{{- $directory := printf "%s/" (trimSuffix "/" .Values.socket.directory) }}
{{- $queue := printf "%s/" (trimSuffix "/" .Values.postfix.queueDirectory) }}
{{- $path := include "idpmap.socketPath" . }}
{{- if gt (len $path) 107 }}
- the socket's path {{ $path }} has {{ len $path }} bytes, and a socket's path takes 107: choose a shorter socket.directory
{{- end }}
{{- if hasPrefix $directory $queue }}
- socket.directory {{ .Values.socket.directory }} would hide Postfix's queue: choose a directory of its own, such as {{ $queue }}idpmap
{{- end }}
{{- range list "/run/idpmap/" "/etc/idpmap/" "/run/secrets/" }}
{{- if or (hasPrefix . $directory) (hasPrefix $directory .) }}
- socket.directory {{ $.Values.socket.directory }} overlaps {{ . }}, which idpmap's container has for itself: choose another, such as /run/postfix-idpmap
{{- end }}
{{- end }}
{{- $isGroupGiven := or (include "idpmap.gid" .) (ne (.Values.securityContext.runAsGroup | toString) "65532") }}
{{- if and (not $isGroupGiven) .Values.socket.mode (not (has (trunc -1 .Values.socket.mode) (list "6" "7"))) }}
- socket.mode {{ .Values.socket.mode }} shuts Postfix out, whose group is not known: set postfix.gid (docker run --rm --entrypoint id IMAGE -g postfix), or leave socket.mode empty
{{- end }}
{{- if hasKey .Values.podSecurityContext "fsGroup" }}
- podSecurityContext.fsGroup is the chart's affair, for it must be Postfix's group: set postfix.gid, and leave it out
{{- end }}
{{- end }}

{{- define "idpmap.faults.sidecar" -}}
{{- $values := .Values }}
{{- $persistence := $values.postfix.persistence }}
{{- if not $values.postfix.image.repository }}
- the mode sidecar runs your Postfix, and there is none: set postfix.image.repository (and tag), or choose the mode standalone or none
{{- end }}
{{- if and $values.sidecar.native (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) }}
- native sidecars need Kubernetes 1.29, this is {{ .Capabilities.KubeVersion.Version }}: set sidecar.native to false
{{- end }}
{{- if not $values.sidecar.native }}
{{- include "idpmap.faults.drain" (dict "root" . "drain" $values.sidecar.drain "name" "sidecar.drain") }}
{{- end }}
{{- range $values.postfix.ports }}
{{- if eq (int .containerPort) (int $values.http.port) }}
- http.port {{ $values.http.port }} is among postfix.ports too, and the Pod has one network: change http.port
{{- end }}
{{- end }}
{{- if and $persistence.existingClaim (not $persistence.enabled) }}
- postfix.persistence.existingClaim is set, and postfix.persistence.enabled is false: enable it, or leave the claim out
{{- end }}
{{- if and $persistence.existingClaim (gt (int $values.replicas) 1) }}
- {{ $values.replicas }} replicas would share the queue of postfix.persistence.existingClaim, and two Postfixes destroy each other's mail there: set replicas to 1, or leave the claim out for a volume per Pod
{{- end }}
{{- if and $persistence.enabled (eq ($values.podSecurityContext.fsGroupChangePolicy | default "") "Always") }}
- podSecurityContext.fsGroupChangePolicy Always would give the whole queue to Postfix's group at each start, and postdrop could not write to maildrop: leave it out, the chart sets OnRootMismatch
{{- end }}
{{- if and $persistence.enabled (eq ($values.updateStrategy.type | default "") "Recreate") }}
- updateStrategy.type Recreate is for Deployments, and a Postfix whose queue is kept is a StatefulSet: write RollingUpdate or OnDelete, or leave it out
{{- end }}
{{- end }}

{{- define "idpmap.faults.standalone" -}}
{{- $values := .Values }}
{{- if not $values.standalone.allow }}
- standalone.allow is empty, and socketmap has no authentication: list the networks of your Postfix hosts or Pods, such as [10.0.0.0/8]
{{- end }}
{{- if eq (int $values.standalone.port) (int $values.http.port) }}
- standalone.port and http.port are both {{ $values.http.port }}: change one
{{- end }}
{{- include "idpmap.faults.drain" (dict "root" . "drain" $values.standalone.drain "name" "standalone.drain") }}
{{- if and (eq $values.standalone.kind "DaemonSet") (eq ($values.updateStrategy.type | default "") "Recreate") }}
- updateStrategy.type Recreate is for Deployments: a DaemonSet takes RollingUpdate or OnDelete, or leave it out
{{- end }}
{{- end }}

{{/* Takes `root`, the duration `drain` and the `name` of its value. */}}
{{- define "idpmap.faults.drain" -}}
{{- $factor := get (dict "ms" 0 "s" 1 "m" 60 "h" 3600 "d" 86400) (regexFind "[a-z]+$" .drain) | default 0 }}
{{- $needed := add 2 (mul (regexFind "^[0-9]+" .drain | int) $factor) }}
{{- if gt $needed (int64 .root.Values.terminationGracePeriodSeconds) }}
- {{ .name }} {{ .drain }} needs {{ $needed }} s to stop, and the Pod is killed after {{ .root.Values.terminationGracePeriodSeconds }} s: raise terminationGracePeriodSeconds, or lower {{ .name }}
{{- end }}
{{- end }}

{{- define "idpmap.faults.families" -}}
{{- $count := len .Values.ipFamilies }}
{{- if and (hasSuffix "DualStack" .Values.ipFamilyPolicy) (eq $count 1) }}
- ipFamilyPolicy {{ .Values.ipFamilyPolicy }} goes with two ipFamilies, or each later upgrade fails where the cluster has added the second: name both, or none
{{- end }}
{{- if and (not (hasSuffix "DualStack" .Values.ipFamilyPolicy)) (gt $count 1) }}
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
{{- $fewest := ternary .Values.autoscaling.minReplicas .Values.replicas .Values.autoscaling.enabled }}
{{- if eq .Values.mode "none" }}
- podDisruptionBudget is set, and the mode none has no Pods: set podDisruptionBudget.enabled to false
{{- else if and (eq .Values.mode "standalone") (eq .Values.standalone.kind "DaemonSet") }}
- podDisruptionBudget does nothing for a DaemonSet, whose Pods stay while their node is drained: set podDisruptionBudget.enabled to false
{{- else if not (or (kindIs "invalid" $budget.minAvailable) (kindIs "invalid" $budget.maxUnavailable)) }}
- podDisruptionBudget.minAvailable and podDisruptionBudget.maxUnavailable are both set: set one of them to null
{{- else if and (not (kindIs "invalid" $budget.minAvailable)) (not (kindIs "string" $budget.minAvailable)) (ge (int $budget.minAvailable) (int $fewest)) }}
- podDisruptionBudget.minAvailable {{ $budget.minAvailable }} of {{ $fewest }} Pods would let no node be drained: lower it, or set more replicas
{{- end }}
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
