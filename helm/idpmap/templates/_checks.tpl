{{/*
What no schema sees: values that contradict each other, or can't work. checks.yaml tells all of them at once. Each is a
line that says what, where and how to mend it.
*/}}
{{- define "idpmap.faults" -}}
{{- include "idpmap.faults.names" . }}
{{- include "idpmap.faults.config" . }}
{{- include "idpmap.faults.references" . }}
{{- if ne .Values.mode "none" }}{{ include "idpmap.faults.mirrors" . }}{{ end }}
{{- if ne .Values.mode "none" }}{{ include "idpmap.faults.secrets" . }}{{ end }}
{{- include "idpmap.faults.container" . }}
{{- include "idpmap.faults.fleet" . }}
{{- if ne .Values.mode "standalone" }}{{ include "idpmap.faults.socket" . }}{{ end }}
{{- if eq .Values.mode "sidecar" }}{{ include "idpmap.faults.sidecar" . }}{{ end }}
{{- if eq .Values.mode "standalone" }}{{ include "idpmap.faults.standalone" . }}{{ end }}
{{- include "idpmap.faults.families" . }}
{{- if ne .Values.mode "none" }}{{ include "idpmap.faults.strategy" . }}{{ end }}
{{- include "idpmap.faults.scaling" . }}
{{- include "idpmap.faults.budget" . }}
{{- include "idpmap.faults.test" . }}
{{- end }}

{{- define "idpmap.faults.names" -}}
{{- $name := include "idpmap.fullname" . }}
{{- if not (or (eq .Values.mode "none") (regexMatch "^[a-z][-a-z0-9]*$" $name)) }}
- {{ $name }} can't name a Service, which begins with a letter and has letters, digits and "-" only: set fullnameOverride, or choose another name of the release
{{- end }}
{{- if and (eq .Values.mode "none") .Values.networkPolicy.enabled }}
- networkPolicy is set, and the mode none has no Pods: set networkPolicy.enabled to false, and write one for your Pods
{{- end }}
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
{{- range $key, $where := dict "listen" "socket.directory, socket.mode and standalone" "http" "http of the chart" "control" "nothing, it is at /run/idpmap/control" "state" "state.volume" "drain" "sidecar.drain and standalone.drain" }}
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
{{- $own := list "IDPMAP_CONFIG" "IDPMAP_LISTEN" "IDPMAP_CONTROL" "IDPMAP_STATE" "IDPMAP_HTTP__ENDPOINT" "IDPMAP_HTTP__ACKNOWLEDGE_UNAUTHENTICATED" "IDPMAP_HTTP__TOKEN" "IDPMAP_HTTP__TOKEN_FILE" "IDPMAP_HTTP__HOSTS" "IDPMAP_DRAIN" }}
{{- range $values.extraEnv }}
{{- if has .name $own }}
- extraEnv sets {{ .name }}, which the chart sets itself: leave it out, and use the values socket, http, sidecar or standalone
{{- end }}
{{- end }}
{{- range $values.extraVolumes }}
{{- if has .name (list "idpmap-config" "idpmap-run" "idpmap-state" "idpmap-socket" "idpmap-secrets" "idpmap-http" "idpmap-token" "idpmap-fleet" "queue") }}
- extraVolumes holds {{ .name }}, which is the name of a volume of the chart: choose another
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
{{- $isGroupGiven := or (include "idpmap.gid" .) (ne ((.Values.securityContext).runAsGroup | default 65532 | int64) 65532) }}
{{- if and (not $isGroupGiven) .Values.socket.mode (not (has (trunc -1 .Values.socket.mode) (list "6" "7"))) }}
- socket.mode {{ .Values.socket.mode }} shuts Postfix out, whose group is not known: set postfix.gid (docker run --rm --entrypoint id IMAGE -g postfix), or leave socket.mode empty
{{- end }}
{{- if hasKey (.Values.podSecurityContext | default dict) "fsGroup" }}
- podSecurityContext.fsGroup is the chart's affair, for it must be Postfix's group: set postfix.gid, and leave it out
{{- end }}
{{- end }}

{{- define "idpmap.faults.sidecar" -}}
{{- $values := .Values }}
{{- $persistence := $values.postfix.persistence }}
{{- if not $values.postfix.image.repository }}
- the mode sidecar runs your Postfix, and there is none: set postfix.image.repository (and tag), or choose the mode standalone or none
{{- end }}
{{- if and $values.postfix.image.repository (not (or $values.postfix.image.tag $values.postfix.image.digest)) }}
- postfix.image has no version, and nodes would run different ones: name a tag in postfix.image.tag, or a digest in postfix.image.digest
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
{{- include "idpmap.faults.ports" . }}
{{- include "idpmap.faults.outside" (dict "service" $values.postfix.service "name" "postfix.service") }}
{{- if and $persistence.existingClaim (not $persistence.enabled) }}
- postfix.persistence.existingClaim is set, and postfix.persistence.enabled is false: enable it, or leave the claim out
{{- end }}
{{- if and $persistence.existingClaim (gt (int $values.replicas) 1) }}
- {{ $values.replicas }} replicas would share the queue of postfix.persistence.existingClaim, and two Postfixes destroy each other's mail there: set replicas to 1, or leave the claim out for a volume per Pod
{{- end }}
{{- if and $persistence.enabled (eq (($values.podSecurityContext).fsGroupChangePolicy | default "") "Always") }}
- podSecurityContext.fsGroupChangePolicy Always would give the whole queue to Postfix's group at each start, and postdrop could not write to maildrop: leave it out, the chart sets OnRootMismatch
{{- end }}
{{- end }}

{{/* Postfix's ports and what leads to them. Where it listens, the chart knows from postfix.ports only, as its NetworkPolicy. */}}
{{- define "idpmap.faults.ports" -}}
{{- $postfix := .Values.postfix }}
{{- $ports := ternary $postfix.service.ports list $postfix.service.enabled | default list }}
{{- $open := list }}
{{- range prepend (.Values.extraContainers | default list) $postfix }}
{{- range .ports }}{{ $open = append $open (toString .containerPort) | concat (list .name | compact) }}{{ end }}
{{- end }}
{{- if and $postfix.service.enabled (not $ports) }}
- postfix.service.ports is empty: list at least one, or set postfix.service.enabled to false
{{- end }}
{{- range $ports }}
{{- $target := .targetPort | default .port | toString }}
{{- if not (has $target $open) }}
- postfix.service.ports leads to {{ $target }}, which is not among postfix.ports: add it there, or correct its targetPort
{{- end }}
{{- if and (gt (len $ports) 1) (not .name) }}
- postfix.service.ports has several ports, and {{ .port }} has no name: name each
{{- end }}
{{- end }}
{{- $probe := include "idpmap.probe" (dict "probe" $postfix.readinessProbe "handler" "tcpSocket") | fromYaml }}
{{- with $probe.tcpSocket }}
{{- if not (has (toString .port) $open) }}
- postfix.readinessProbe asks {{ .port }}, which is not among postfix.ports: add it there, or correct postfix.readinessProbe.tcpSocket.port
{{- end }}
{{- end }}
{{- end }}

{{/* Takes the values of a `service`, and their `name`. */}}
{{- define "idpmap.faults.outside" -}}
{{- if and (eq .service.type "ClusterIP") .service.externalTrafficPolicy }}
- {{ .name }}.externalTrafficPolicy is for what is reached from outside, and {{ .name }}.type is ClusterIP: leave it out, or set the type to LoadBalancer or NodePort
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
{{- include "idpmap.faults.outside" (dict "service" $values.standalone.service "name" "standalone.service") }}
{{- end }}

{{- define "idpmap.faults.strategy" -}}
{{- $kind := include "idpmap.workload" . }}
{{- $types := list "RollingUpdate" (ternary "Recreate" "OnDelete" (eq $kind "Deployment")) }}
{{- $strategy := .Values.updateStrategy | default dict }}
{{- if not (has ($strategy.type | default "RollingUpdate") $types) }}
- updateStrategy.type {{ $strategy.type }} is not for a {{ $kind }}, by which the Pods are made here: write {{ join " or " $types }}, or leave it out
{{- end }}
{{- if and (eq $kind "StatefulSet") (hasKey ($strategy.rollingUpdate | default dict) "maxSurge") }}
- updateStrategy.rollingUpdate.maxSurge is not for a StatefulSet, where each Pod has its own queue: leave it out
{{- end }}
{{- end }}

{{/* Takes `root`, the duration `drain` and the `name` of its value. */}}
{{- define "idpmap.faults.drain" -}}
{{- $unit := get (dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000) (regexFind "[a-z]+$" .drain) }}
{{- $needed := div (mul (regexFind "^[0-9]+" .drain | int64) $unit | add 2999) 1000 }}
{{- $given := .root.Values.terminationGracePeriodSeconds }}
{{- $given = ternary 30 $given (kindIs "invalid" $given) | int64 }}
{{- if gt $needed $given }}
- {{ .name }} {{ .drain }} needs {{ $needed }} s to stop, and the Pod is killed after {{ $given }} s: raise terminationGracePeriodSeconds, or lower {{ .name }}
{{- end }}
{{- end }}
