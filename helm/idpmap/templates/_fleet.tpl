{{/* The settings of `fleet`, as environment. The rest of the section, a name or a timeout, is the configuration's. */}}
{{- define "idpmap.fleetEnvironment" -}}
{{- $fleet := .Values.fleet -}}
{{- $sentinel := $fleet.sentinel | default dict }}
{{- $cluster := $fleet.cluster | default dict }}
{{- if $sentinel.urls }}
- name: IDPMAP_FLEET__SENTINEL__PRIMARY
  value: {{ $sentinel.primary | quote }}
- name: IDPMAP_FLEET__SENTINEL__URLS
  value: {{ toJson $sentinel.urls | quote }}
{{- with $sentinel.user }}
- name: IDPMAP_FLEET__SENTINEL__USER
  value: {{ . | quote }}
{{- end }}
{{- with $sentinel.passwordKey }}
- name: IDPMAP_FLEET__SENTINEL__PASSWORD_FILE
  value: /run/secrets/idpmap-fleet/{{ . }}
{{- end }}
{{- else if $cluster.urls }}
- name: IDPMAP_FLEET__CLUSTER__URLS
  value: {{ toJson $cluster.urls | quote }}
{{- else }}
- name: IDPMAP_FLEET__URL
  value: {{ $fleet.url | quote }}
{{- end }}
- name: IDPMAP_FLEET__KEY_FILE
  value: /run/secrets/idpmap-fleet/{{ first $fleet.keys }}
{{- with index (append (rest $fleet.keys) "") 0 }}
- name: IDPMAP_FLEET__OTHER_KEY_FILE
  value: /run/secrets/idpmap-fleet/{{ . }}
{{- end }}
{{- with $fleet.user }}
- name: IDPMAP_FLEET__USER
  value: {{ . | quote }}
{{- end }}
- name: IDPMAP_FLEET__PASSWORD_FILE
  value: /run/secrets/idpmap-fleet/password
{{- with $fleet.ca }}
- name: IDPMAP_FLEET__TLS__CA
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{/* The rule by which Pods reach the engine, as a list; empty where that is a socket. A policy knows no names: it names the ports. */}}
{{- define "idpmap.fleetEgress" -}}
{{- $fleet := .Values.fleet }}
{{- $sentinel := $fleet.sentinel | default dict }}
{{- $cluster := $fleet.cluster | default dict }}
{{- $ports := list }}
{{- if and $fleet.enabled $sentinel.urls }}
{{- range $sentinel.urls }}{{ $ports = append $ports (include "idpmap.enginePort" (list . "26379") | int) }}{{ end }}
{{- $ports = append $ports (int $sentinel.enginePort) }}
{{- else if and $fleet.enabled $cluster.urls }}
{{- range $cluster.urls }}{{ $ports = append $ports (include "idpmap.enginePort" (list . "6379") | int) }}{{ end }}
{{- else if and $fleet.enabled (not (hasPrefix "unix:" $fleet.url)) }}
{{- $ports = append $ports (include "idpmap.enginePort" (list $fleet.url "6379") | int) }}
{{- end }}
{{- if $ports -}}
- ports:
{{- range uniq $ports }}
    - { port: {{ . }}, protocol: TCP }
{{- end }}
{{- else -}}
[]
{{- end }}
{{- end }}

{{- define "idpmap.enginePort" -}}
{{ regexFind ":[0-9]+/?$" (first .) | trimPrefix ":" | trimSuffix "/" | default (last .) }}
{{- end }}

{{/* A fleet that is not whole, or that is told twice: the daemon would not start, and Postfix neither. */}}
{{- define "idpmap.faults.fleet" -}}
{{- $fleet := .Values.fleet }}
{{- $written := (.Values.config | default dict).fleet | default dict }}
{{- $sentinel := $fleet.sentinel | default dict }}
{{- $cluster := $fleet.cluster | default dict }}
{{- if $fleet.enabled }}
{{- $engines := without (list $fleet.url $sentinel.urls $cluster.urls | compact) nil }}
{{- if not $engines }}
- fleet has no engine: set fleet.url to that of your Valkey or Redis, such as valkeys://valkey.mail.svc.cluster.local:6379
{{- else if gt (len $engines) 1 }}
- fleet names its engine in more than one way: keep one of fleet.url, fleet.sentinel.urls and fleet.cluster.urls
{{- end }}
{{- if and $sentinel.urls (not $sentinel.primary) }}
- fleet.sentinel has no primary: set fleet.sentinel.primary to the name in the sentinels' "sentinel monitor", such as mymaster
{{- end }}
{{- if and $sentinel.primary (not $sentinel.urls) }}
- fleet.sentinel has no sentinels: list them in fleet.sentinel.urls
{{- end }}
{{- if not $fleet.existingSecret }}
- fleet has no key: name a Secret with the keys key (openssl rand -base64 32) and password in fleet.existingSecret
{{- end }}
{{- if not $fleet.keys }}
- fleet.keys is empty: name the key of fleet.existingSecret that seals, which is key by default
{{- end }}
{{- if gt (len $fleet.keys) 2 }}
- fleet.keys names {{ len $fleet.keys }} keys: name the one that seals and, while it is changed, the one that only opens
{{- end }}
{{- range $key := list "url" "sentinel" "cluster" "key" "otherKey" "user" "password" }}
{{- if hasKey $written $key }}
- config.fleet.{{ $key }} and fleet.enabled are both set, and the latter goes before: leave the former out, and write it below fleet
{{- end }}
{{- end }}
{{- if and $fleet.ca (hasKey ($written.tls | default dict) "ca") }}
- config.fleet.tls.ca and fleet.ca are both set: keep one
{{- end }}
{{- $own := list "IDPMAP_FLEET__URL" "IDPMAP_FLEET__KEY" "IDPMAP_FLEET__KEY_FILE" "IDPMAP_FLEET__OTHER_KEY" "IDPMAP_FLEET__OTHER_KEY_FILE" "IDPMAP_FLEET__USER" "IDPMAP_FLEET__PASSWORD" "IDPMAP_FLEET__PASSWORD_FILE" }}
{{- $isOpen := eq (toString $written.insecure) "true" }}
{{- range .Values.extraEnv }}
{{- if or (has .name $own) (regexMatch "^IDPMAP_FLEET__(SENTINEL|CLUSTER)__(PRIMARY|URLS|USER|PASSWORD)" .name) }}
- extraEnv sets {{ .name }}, which the chart sets itself: leave it out, and use the values of fleet
{{- end }}
{{- if eq .name "IDPMAP_FLEET__INSECURE" }}{{ $isOpen = true }}{{ end }}
{{- end }}
{{- $isHere := regexMatch "^[a-z]+://(localhost|127\\.[0-9.]+|\\[::1\\])(:[0-9]+)?/?$" $fleet.url }}
{{- if and (regexMatch "^(valkey|redis)://" $fleet.url) (not $isHere) (not $isOpen) }}
- fleet.url {{ $fleet.url }} has no TLS, and whoever is on the way reads the password: use valkeys://, or write config.fleet.insecure: true
{{- end }}
{{- range concat ($sentinel.urls | default list) ($cluster.urls | default list) }}
{{- if and (regexMatch "^(valkey|redis)://" .) (not $isOpen) }}
- fleet names {{ . }}, which has no TLS, and whoever is on the way reads the password: use valkeys://, or write config.fleet.insecure: true
{{- end }}
{{- end }}
{{- else if and $written (not (and (or $written.url $written.sentinel $written.cluster) $written.key)) (not (contains "IDPMAP_FLEET" (toJson .Values.extraEnv))) }}
- config.fleet names no engine, or no key: set fleet.enabled, fleet.url and fleet.existingSecret, or write config.fleet.url and config.fleet.key
{{- else if contains "/run/secrets/idpmap-fleet/" (toJson .Values.config) }}
- config names a file in /run/secrets/idpmap-fleet, and no Secret is mounted there: set fleet.enabled, fleet.url and fleet.existingSecret
{{- end }}
{{- end }}
