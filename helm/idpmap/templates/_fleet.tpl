{{/* The settings of `fleet`, as environment. The rest of the section, a name or a timeout, is the configuration's. */}}
{{- define "idpmap.fleetEnvironment" -}}
{{- $fleet := .Values.fleet -}}
- name: IDPMAP_FLEET__URL
  value: {{ $fleet.url | quote }}
{{- if gt (len $fleet.keys) 1 }}
{{- $files := list }}
{{- range $fleet.keys }}{{ $files = append $files (dict "file" (printf "/run/secrets/idpmap-fleet/%s" .)) }}{{ end }}
- name: IDPMAP_FLEET__KEY
  value: {{ toJson $files | quote }}
{{- else }}
- name: IDPMAP_FLEET__KEY_FILE
  value: /run/secrets/idpmap-fleet/{{ first $fleet.keys }}
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

{{/* The rule by which Pods reach the engine, as a list; empty where that is a socket. A policy knows no names: it names the port. */}}
{{- define "idpmap.fleetEgress" -}}
{{- $url := .Values.fleet.url }}
{{- if and .Values.fleet.enabled (not (hasPrefix "unix:" $url)) -}}
- ports:
    - { port: {{ regexFind ":[0-9]+/?$" $url | trimPrefix ":" | trimSuffix "/" | default "6379" }}, protocol: TCP }
{{- else -}}
[]
{{- end }}
{{- end }}

{{/* A fleet that is not whole, or that is told twice: the daemon would not start, and Postfix neither. */}}
{{- define "idpmap.faults.fleet" -}}
{{- $fleet := .Values.fleet }}
{{- $written := (.Values.config | default dict).fleet | default dict }}
{{- if $fleet.enabled }}
{{- if not $fleet.url }}
- fleet has no engine: set fleet.url to that of your Valkey or Redis, such as valkeys://valkey.mail.svc.cluster.local:6379
{{- end }}
{{- if not $fleet.existingSecret }}
- fleet has no key: name a Secret with the keys key (openssl rand -base64 32) and password in fleet.existingSecret
{{- end }}
{{- if not $fleet.keys }}
- fleet.keys is empty: name the key of fleet.existingSecret that seals, which is key by default
{{- end }}
{{- range $key := list "url" "key" "user" "password" }}
{{- if hasKey $written $key }}
- config.fleet.{{ $key }} and fleet.enabled are both set, and the latter goes before: leave the former out, and write it below fleet
{{- end }}
{{- end }}
{{- if and $fleet.ca (hasKey ($written.tls | default dict) "ca") }}
- config.fleet.tls.ca and fleet.ca are both set: keep one
{{- end }}
{{- $own := list "IDPMAP_FLEET__URL" "IDPMAP_FLEET__KEY" "IDPMAP_FLEET__KEY_FILE" "IDPMAP_FLEET__USER" "IDPMAP_FLEET__PASSWORD" "IDPMAP_FLEET__PASSWORD_FILE" }}
{{- $isOpen := eq (toString $written.insecure) "true" }}
{{- range .Values.extraEnv }}
{{- if has .name $own }}
- extraEnv sets {{ .name }}, which the chart sets itself: leave it out, and use the values of fleet
{{- end }}
{{- if eq .name "IDPMAP_FLEET__INSECURE" }}{{ $isOpen = true }}{{ end }}
{{- end }}
{{- $isHere := regexMatch "^[a-z]+://(localhost|127\\.[0-9.]+|\\[::1\\])(:[0-9]+)?/?$" $fleet.url }}
{{- if and (regexMatch "^(valkey|redis)://" $fleet.url) (not $isHere) (not $isOpen) }}
- fleet.url {{ $fleet.url }} has no TLS, and whoever is on the way reads the password: use valkeys://, or write config.fleet.insecure: true
{{- end }}
{{- else if and $written (not (and $written.url $written.key)) (not (contains "IDPMAP_FLEET" (toJson .Values.extraEnv))) }}
- config.fleet names no engine, or no key: set fleet.enabled, fleet.url and fleet.existingSecret, or write config.fleet.url and config.fleet.key
{{- else if contains "/run/secrets/idpmap-fleet/" (toJson .Values.config) }}
- config names a file in /run/secrets/idpmap-fleet, and no Secret is mounted there: set fleet.enabled, fleet.url and fleet.existingSecret
{{- end }}
{{- end }}
