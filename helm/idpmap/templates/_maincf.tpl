{{/*
The lines of main.cf for the NOTES, as the command `idpmap postfix` prints them for the same configuration, but for
where mail is delivered to: no Dovecot is in the Pod. Takes `root`
and `table`, the table without the map's name: `socketmap:unix:idpmap/socketmap`.
*/}}
{{- define "idpmap.mainCf" -}}
{{- $config := .root.Values.config | default dict -}}
{{- with include "idpmap.mapOf" (dict "config" $config "kind" "domains") }}
{{- with include "idpmap.writtenDomains" $config }}
# all domains are in the configuration, so they are written out: no lookup of theirs can fail. Another one is added here, too
virtual_mailbox_domains = {{ . }}
{{- else }}
virtual_mailbox_domains = {{ $.table }}:{{ . }}
{{- end }}
{{- end }}
{{- with include "idpmap.mapOf" (dict "config" $config "kind" "mailboxes") }}
virtual_mailbox_maps = {{ $.table }}:{{ . }}
# virtual(8) refuses socketmap tables: deliver by LMTP to where the mailboxes are
virtual_transport = lmtp:inet:YOUR-STORE:24
{{- end }}
{{- with include "idpmap.mapOf" (dict "config" $config "kind" "aliases") }}
virtual_alias_maps = {{ $.table }}:{{ . }}
# else Postfix asks the alias map for domains too
virtual_alias_domains =
{{- end }}
{{- with include "idpmap.mapOf" (dict "config" $config "kind" "senders") }}
smtpd_sender_login_maps = {{ $.table }}:{{ . }}
# in master.cf, below the services where people log in (submission, submissions or smtps), and nowhere else: on
# port 25 it would refuse (553) forwarders, printers and lists, which send with addresses of your people
#   -o smtpd_sender_restrictions=reject_sender_login_mismatch
{{- end }}
recipient_delimiter = {{ hasKey $config "recipientDelimiter" | ternary $config.recipientDelimiter "+" }}
{{- $limit := include "idpmap.expansionLimit" $config | int }}
{{- if gt $limit 1000 }}
# groups may be larger than what Postfix expands by default
virtual_alias_expansion_limit = {{ $limit }}
{{- end }}
{{- end }}

{{/*
All domains, where no directory lists further ones; nothing where there are many, or where one is written in two ways, as
names beyond ASCII are. Takes the configuration.
*/}}
{{- define "idpmap.writtenDomains" -}}
{{- $names := keys (.domains | default dict) | sortAlpha -}}
{{- $asked := gt (len $names) 50 -}}
{{- range $names }}{{ if not (regexMatch "^[A-Za-z0-9.-]+$" .) }}{{ $asked = true }}{{ end }}{{ if contains "xn--" (lower .) }}{{ $asked = true }}{{ end }}{{ end -}}
{{- range .directories }}{{ if or .listDomains .organizations }}{{ $asked = true }}{{ end }}{{ end -}}
{{- if not $asked }}{{ join ", " $names }}{{ end -}}
{{- end }}

{{/* The first map of a `kind` in `config`, else the built-in one. Empty where there is none. */}}
{{- define "idpmap.mapOf" -}}
{{- $builtIn := dict "domains" "virtual-domains" "mailboxes" "user-exists" "aliases" "virtual-aliases" "senders" "sender-logins" -}}
{{- if .config.maps -}}
{{- $names := list -}}
{{- range $name, $map := .config.maps }}
{{- if eq ($map.kind | toString) $.kind }}{{ $names = append $names $name }}{{ end }}
{{- end }}
{{- with $names }}{{ first . }}{{ end }}
{{- else -}}
{{- get $builtIn .kind }}
{{- end }}
{{- end }}

{{/* Members of the largest group that a directory may have, and the group itself. Takes the configuration. */}}
{{- define "idpmap.expansionLimit" -}}
{{- $largest := 0 -}}
{{- range .directories }}
{{- $largest = max $largest ((.groups | default dict).members | default (eq .type "ldap" | ternary 2000 1000)) }}
{{- end }}
{{- add $largest 1 }}
{{- end }}

{{/*
The table by which Postfix asks. A path relative to the queue directory is right inside its jail and outside; a socket
elsewhere is not seen from the jail, so proxymap(8) asks in its place.
*/}}
{{- define "idpmap.table" -}}
{{- $values := .Values -}}
{{- $queue := printf "%s/" (trimSuffix "/" $values.postfix.queueDirectory) -}}
{{- $path := include "idpmap.socketPath" . -}}
{{- if eq $values.mode "standalone" -}}
socketmap:inet:{{ include "idpmap.endpoint" . }}
{{- else if hasPrefix $queue $path -}}
socketmap:unix:{{ trimPrefix $queue $path }}
{{- else -}}
proxy:socketmap:unix:{{ $path }}
{{- end }}
{{- end }}

{{/*
How a Postfix names the Service: as the world outside does, by its fixed address, or by its name. Words in capitals are for
the user to replace.
*/}}
{{- define "idpmap.endpoint" -}}
{{- $service := .Values.standalone.service -}}
{{- $outside := dict "NodePort" "NODE" "LoadBalancer" ($service.loadBalancerIP | default "LOAD-BALANCER") -}}
{{- $fixed := ternary "" $service.clusterIP (eq $service.clusterIP "None") -}}
{{- $name := printf "%s.%s.svc" (include "idpmap.fullname" .) .Release.Namespace -}}
{{- $host := coalesce (get $outside $service.type) $fixed $name -}}
{{- $port := ternary ($service.nodePort | default "NODE-PORT") .Values.standalone.port (eq $service.type "NodePort") -}}
{{- contains ":" $host | ternary (printf "[%s]" $host) $host }}:{{ $port }}
{{- end }}
