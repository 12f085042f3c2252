{{/* The files of mirrors that the configuration names, by directory, as JSON; a variable may name others. */}}
{{- define "idpmap.mirrors" -}}
{{- $paths := dict }}
{{- range $name, $settings := (.Values.config | default dict).directories | default dict }}
{{- $path := dig "mirror" "path" "" ($settings | default dict) }}
{{- if $path }}{{ $_ := set $paths $name (toString $path) }}{{ end }}
{{- end }}
{{- toJson $paths }}
{{- end }}

{{/* Mirrors where nothing can be written, and mirrors that several daemons would write. */}}
{{- define "idpmap.faults.mirrors" -}}
{{- $values := .Values }}
{{- $places := list "/var/lib/idpmap/" }}
{{- range $values.extraVolumeMounts }}{{ if not .readOnly }}{{ $places = append $places (printf "%s/" (trimSuffix "/" .mountPath)) }}{{ end }}{{ end }}
{{- $isShared := and (eq $values.mode "standalone") (gt (int $values.replicas) 1) (hasKey $values.state.volume "persistentVolumeClaim") }}
{{- range $name, $path := include "idpmap.mirrors" . | fromJson }}
{{- $isMounted := false }}
{{- range $places }}{{ if hasPrefix . $path }}{{ $isMounted = true }}{{ end }}{{ end }}
{{- if not $isMounted }}
- config.directories.{{ $name }}.mirror.path is {{ $path }}, where nothing can be written: write /var/lib/idpmap/mirrors/{{ $name }}.db, or mount a volume there by extraVolumeMounts
{{- end }}
{{- if and (regexMatch "^/var/lib/idpmap/[^/]+$" $path) (include "idpmap.ownState" $) }}
- config.directories.{{ $name }}.mirror.path is {{ $path }}, in a volume that others may write to: write /var/lib/idpmap/mirrors/{{ $name }}.db, for which idpmap makes a folder of its own
{{- end }}
{{- if and $isShared (hasPrefix "/var/lib/idpmap/" $path) }}
- config.directories.{{ $name }}.mirror.path lies on the claim of state.volume, which {{ $values.replicas }} Pods would write: set replicas to 1, or let state.volume be an emptyDir, so that each Pod keeps its own
{{- end }}
{{- end }}
{{- end }}
