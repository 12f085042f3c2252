{{- define "idpmap.notes.proxy" -}}
# proxymap(8) asks, for the socket is outside of Postfix's jail. By default it may read these parameters; where you set
# proxy_read_maps yourself, it must name them:
#   $virtual_mailbox_domains $virtual_mailbox_maps $virtual_alias_maps $smtpd_sender_login_maps
{{- end }}

{{/* The option by which idpmap knows where Postfix's jail is; nothing where it is in the usual place, or elsewhere. */}}
{{- define "idpmap.notes.queue" -}}
{{- if and (eq .Values.mode "sidecar") (ne .Values.postfix.queueDirectory "/var/spool/postfix") }} --queue-directory {{ .Values.postfix.queueDirectory }}{{ end }}
{{- end }}

{{/* What the words in the table mean, or what is wrong with a name there. For the mode `standalone`. */}}
{{- define "idpmap.notes.address" -}}
{{- $service := .Values.standalone.service }}
{{- if eq $service.type "NodePort" }}

   NODE stands for the address of a node on which a Pod runs{{ if not $service.nodePort }}, NODE-PORT for the Service's port there{{ end }}:

    kubectl get pods,services --namespace {{ .Release.Namespace }} --selector app.kubernetes.io/instance={{ .Release.Name }} --output wide
{{- else if eq $service.type "LoadBalancer" }}
{{- if not $service.loadBalancerIP }}

   LOAD-BALANCER stands for the load balancer's address, once it has one:

    kubectl get service --namespace {{ .Release.Namespace }} {{ include "idpmap.fullname" . }}
{{- end }}
{{- else if or (not $service.clusterIP) (eq $service.clusterIP "None") }}

   A chroot jail of Postfix often has neither DNS nor /etc/hosts, so the name is unknown there ("451", mail is delayed). Set
   standalone.service.clusterIP to a free address of your Services and write that, or run the asking services of
   master.cf outside of the jail.
{{- end }}
{{- end }}

{{- define "idpmap.notes.warnings" -}}
{{- if and (ne .Values.mode "standalone") (not (include "idpmap.gid" .)) (ne (include "idpmap.socketMode" . | trunc -1) "0") }}

WARNING: postfix.gid is not set, so every process of the containers that mount the socket may ask it (mode {{ include "idpmap.socketMode" . }}).
Find Postfix's group with: docker run --rm --entrypoint id IMAGE -g postfix
{{- end }}
{{- if and (eq .Values.mode "sidecar") (not .Values.postfix.persistence.enabled) }}

WARNING: postfix.persistence.enabled is false: mail in the queue is lost with the container.
{{- end }}
{{- end }}
