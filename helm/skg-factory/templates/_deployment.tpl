{{- define "skg.deployment" -}}
{{- $asks := include "skg.asks" . }}
{{- $prices := and $asks (.root.Values.llm).prices }}
{{- $store := not (has .stage (list "balance" "lag-exporter")) }}
{{- $draws := has .stage (list "render" "examine") }}
{{- $access := dict "root" .root "asks" $asks "store" $store }}
{{- $pod := include "skg.pod" . | fromYaml }}
{{- $files := include "skg.access.sources" $access | trim }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "skg.name" .root }}-{{ .stage }}
  labels:
    {{- include "skg.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .stage }}
spec:
  {{- if not .values.scaling }}
  replicas: {{ .values.replicas }}
  {{- end }}
  {{- if has .stage (list "balance" "lag-exporter") }}
  strategy: {type: Recreate}  # two would ask for the same, or show the same, at the same time
  {{- else if .values.strategy }}
  strategy: {{- toYaml .values.strategy | nindent 4 }}
  {{- end }}
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ .root.Chart.Name }}
      app.kubernetes.io/instance: {{ .root.Release.Name }}
      app.kubernetes.io/component: {{ .stage }}
  template:
    metadata:
      labels:
        {{- include "skg.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .stage }}
        {{- with $pod.labels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        {{- with $pod.annotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        checksum/config: {{ include (print .root.Template.BasePath "/configmap.yaml") .root | sha256sum }}
        {{- if eq .stage "balance" }}
        checksum/targets: {{ .values.targets | sha256sum }}
        {{- end }}
        checksum/access: {{ include (print .root.Template.BasePath "/secret.yaml") .root | sha256sum }}
        {{- if $asks }}
        checksum/models: {{ include (print .root.Template.BasePath "/models.yaml") .root | sha256sum }}
        {{- end }}
        {{- with include "skg.named.sources" (merge (dict "draws" $draws) $access) | fromYamlArray }}
        checksum/named: {{ include "skg.contents" (dict "root" $.root "named" .) | sha256sum }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "skg.name" .root }}
      automountServiceAccountToken: false
      {{- with include "skg.pod.placement" $pod | trim }}
      {{- . | nindent 6 }}
      {{- end }}
      terminationGracePeriodSeconds: {{ include "skg.grace" . }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        fsGroup: 10001
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: {{ .stage }}
          image: {{ include "skg.image" (dict "root" .root "target" (include "skg.target" .)) | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: {{ include "skg.command" . }}
          envFrom:
            - configMapRef: {name: {{ include "skg.name" .root }}}
            {{- with $pod.extraEnvFrom }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          env:
            {{- if eq .stage "lag-exporter" }}
            - {name: SKG_LAG_EVERY_S, value: {{ .values.everySeconds | default 10 | quote }}}
            {{- else if ne .stage "balance" }}
            - {name: SKG_S3_ENDPOINT, value: {{ .root.Values.s3.endpoint | quote }}}
            - {name: SKG_S3_BUCKET, value: {{ .root.Values.s3.bucket | quote }}}
            - {name: SKG_S3_REGION, value: {{ .root.Values.s3.region | quote }}}
            {{- if kindIs "bool" .root.Values.s3.pathStyle }}
            - {name: SKG_S3_PATH_STYLE, value: {{ .root.Values.s3.pathStyle | quote }}}
            {{- end }}
            {{- else }}
            - {name: SKG_BALANCE_TARGETS, value: /etc/skg/targets.yaml}
            {{- end }}
            {{- with include "skg.access.env" $access | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- if has .stage (list "render" "write") }}
            - {name: SKG_HELD_OUT_PER_MILLE, value: {{ .root.Values.dataset.heldOutPerMille | quote }}}
            {{- end }}
            {{- if has .stage (list "write" "gallery") }}
            - {name: SKG_DATASET_URI, value: {{ .root.Values.dataset.uri | quote }}}
            {{- end }}
            {{- if has .stage (list "agents" "render") }}
            {{- with include "skg.renderer" . }}
            - {name: SKG_RENDERER, value: {{ . | quote }}}
            {{- end }}
            {{- end }}
            {{- if eq .stage "write" }}
            - {name: SKG_DATASET_DEPTH, value: {{ .root.Values.dataset.depth | quote }}}
            {{- end }}
            {{- if $asks }}
            {{- include (print "skg." $asks) .root | nindent 12 }}
            {{- end }}
            {{- if $prices }}
            - {name: SKG_LLM_PRICES, value: /etc/skg/prices.yaml}
            {{- end }}
            {{- range $name, $value := .values.env }}
            - {name: {{ $name }}, value: {{ $value | quote }}}
            {{- end }}
            {{- if $draws }}
            {{- with include "skg.cache.env" .root | trim }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- end }}
            {{- with $pod.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- include "skg.probes" . | nindent 10 }}
          resources: {{- toYaml .values.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts:
            - {name: state, mountPath: /var/lib/skg}
            - {name: tmp, mountPath: /tmp}
            {{- if $files }}
            - {name: access, mountPath: /etc/skg-access, readOnly: true}
            {{- end }}
            {{- if eq .stage "balance" }}
            - {name: targets, mountPath: /etc/skg, readOnly: true}
            {{- end }}
            {{- if $prices }}
            - {name: prices, mountPath: /etc/skg, readOnly: true}
            {{- end }}
            {{- if and $draws (.root.Values.modelCache).claim }}
            - {name: models, mountPath: /models}
            {{- end }}
            {{- with $pod.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - {name: state, emptyDir: {}}
        - {name: tmp, emptyDir: {}}
        {{- with $files }}
        - name: access
          projected:
            defaultMode: 0440
            sources:
              {{- . | nindent 14 }}
        {{- end }}
        {{- if eq .stage "balance" }}
        - {name: targets, configMap: {name: {{ include "skg.name" .root }}-balance}}
        {{- end }}
        {{- if $prices }}
        - {name: prices, configMap: {name: {{ include "skg.name" .root }}-prices}}
        {{- end }}
        {{- if and $draws (.root.Values.modelCache).claim }}
        - {name: models, persistentVolumeClaim: {claimName: {{ .root.Values.modelCache.claim }}}}
        {{- end }}
        {{- with $pod.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end }}
