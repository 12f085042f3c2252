{{/*
Names in the configuration that nobody has: the daemon refuses such a configuration, and a Pod that starts with it has no Postfix
either. Names that a variable may add are left to the daemon, and so are domains beyond ASCII.
*/}}
{{- define "idpmap.faults.references" -}}
{{- $config := .Values.config | default dict }}
{{- $directories := $config.directories | default dict }}
{{- $domains := $config.domains | default dict }}
{{- $own := dict }}
{{- range .Values.extraEnv }}{{ $_ := set $own (regexFind "^IDPMAP_(?:DIRECTORIES|DOMAINS|MAPS)" .name) true }}{{ end }}
{{- $ctx := dict "directories" $directories "isOpen" (hasKey $own "IDPMAP_DIRECTORIES") }}
{{- $written := dict }}
{{- range $domain, $settings := $domains }}
{{- $twin := ($settings | default dict).aliasOf | default "" }}
{{- $_ := set $written (lower $domain | trimSuffix ".") (toString $twin | lower | trimSuffix ".") }}
{{- end }}
{{- range $domain, $settings := $domains }}
{{- $settings = $settings | default dict }}
{{- include "idpmap.faults.directories" (merge (dict "where" (printf "config.domains.%s.directory" $domain) "names" $settings.directory) $ctx) }}
{{- with $settings.shadow }}
{{- include "idpmap.faults.directories" (merge (dict "where" (printf "config.domains.%s.shadow" $domain) "names" .) $ctx) }}
{{- if has . (kindIs "slice" $settings.directory | ternary $settings.directory (list $settings.directory)) }}
- config.domains.{{ $domain }}.shadow is {{ . }}, which answers for the domain itself: name another directory, or leave it out
{{- end }}
{{- end }}
{{- if and (not $settings.directory) (not $settings.aliasOf) (not (hasKey $own "IDPMAP_DOMAINS")) }}
- config.domains.{{ $domain }} names neither a directory nor an aliasOf: write directory: NAME
{{- end }}
{{- with $settings.aliasOf }}
{{- $isPlain := and (regexMatch "^[ -~]+$" .) (not (contains "xn--" (lower .))) }}
{{- if and $isPlain (not (hasKey $written (lower . | trimSuffix "."))) (not (hasKey $own "IDPMAP_DOMAINS")) }}
- config.domains.{{ $domain }}.aliasOf is {{ . }}, which is none of config.domains: write one of them, or add it
{{- end }}
{{- if eq (lower . | trimSuffix ".") (lower $domain | trimSuffix ".") }}
- config.domains.{{ $domain }}.aliasOf is the domain itself: write directory: NAME instead
{{- else if not (hasKey $own "IDPMAP_DOMAINS") }}
{{- include "idpmap.faults.circle" (dict "domain" $domain "twins" $written) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $map, $settings := $config.maps | default dict }}
{{- if eq $settings.kind "table" }}
{{- include "idpmap.faults.directories" (merge (dict "where" (printf "config.maps.%s.directory" $map) "names" $settings.directory) $ctx) }}
{{- $tables := $settings.table }}
{{- if not (kindIs "slice" $tables) }}{{ $tables = list $tables }}{{ end }}
{{- range $table := $tables }}
{{- $named := dict "table" $table "directory" $settings.directory }}
{{- if kindIs "map" $table }}
{{- include "idpmap.faults.directories" (merge (dict "where" (printf "config.maps.%s.table" $map) "names" $table.directory) $ctx) }}
{{- $named = merge (dict "table" $table.table) (ternary (dict "directory" $table.directory) (dict) (hasKey $table "directory")) $named }}
{{- end }}
{{- include "idpmap.faults.table" (merge (dict "where" (printf "config.maps.%s.table" $map)) $named $ctx) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes a `domain`, and the `twins` of all, each the name that its domain is an alias of, or nothing. No way is longer than there are names. */}}
{{- define "idpmap.faults.circle" -}}
{{- $begin := lower .domain | trimSuffix "." }}
{{- $way := list $begin }}
{{- range $_ := keys .twins }}
{{- $next := get $.twins (last $way) | toString }}
{{- if and $next (or (len $way | eq 1) (ne (last $way) $begin)) }}{{ $way = append $way $next }}{{ end }}
{{- end }}
{{- if and (gt (len $way) 1) (eq (last $way) $begin) }}
- config.domains.{{ .domain }}.aliasOf goes in a circle ({{ join " → " $way }}): let one of them name a directory instead
{{- end }}
{{- end }}

{{/* Takes the `directories` that there are, whether there may be others (`isOpen`), and the `names`, one or several, that stand `where`. */}}
{{- define "idpmap.faults.directories" -}}
{{- $names := .names }}
{{- if not (kindIs "slice" $names) }}{{ $names = list $names | compact }}{{ end }}
{{- range $name := $names }}
{{- if not (or $.isOpen (hasKey $.directories $name)) }}
{{- $known := keys $.directories | sortAlpha | join ", " }}
- {{ $.where }} is {{ $name }}, and there is no such directory: {{ if $known }}write one of {{ $known }}, or add it to config.directories{{ else }}add it to config.directories{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes a `table` of a `directory`, which has it below its setting `tables`, where its type has that. */}}
{{- define "idpmap.faults.table" -}}
{{- $directory := get .directories (toString .directory) | default dict }}
{{- $has := has ($directory.type | default "") (list "ldap" "postgresql" "mysql" "sqlite") }}
{{- if and $has (not .isOpen) (not (hasKey ($directory.tables | default dict) (toString .table))) }}
- {{ .where }} is {{ .table }}, and config.directories.{{ .directory }}.tables has none of that name: add it there, or correct the name
{{- end }}
{{- if eq ($directory.type | default "") "keycloak" }}
- {{ .where }} is {{ .table }}, and a directory of type keycloak has no tables: name a directory of another type
{{- end }}
{{- end }}
