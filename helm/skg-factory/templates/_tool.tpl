{{/* A pod that runs one command and ends. root, name, command (a list), store (whether it needs the store and the dataset). */}}
{{- define "skg.tool" -}}
{{- $pod := include "skg.pod" (dict "root" .root "values" dict) | fromYaml }}
{{- $access := dict "root" .root "asks" "" "store" .store }}
{{- $files := include "skg.access.sources" $access | trim }}
metadata:
  labels:
    {{- include "skg.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .name }}
    {{- with $pod.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $pod.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  restartPolicy: OnFailure
  serviceAccountName: {{ include "skg.name" .root }}
  automountServiceAccountToken: false
  {{- with include "skg.pod.placement" $pod | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: {{ .name }}
      image: {{ include "skg.image" (dict "root" .root "target" "base") | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: {{ toJson .command }}
      envFrom:
        - configMapRef: {name: {{ include "skg.name" .root }}}
        {{- with $pod.extraEnvFrom }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      env:
        - {name: HOME, value: /tmp}
        {{- if .store }}
        - {name: SKG_S3_ENDPOINT, value: {{ .root.Values.s3.endpoint | quote }}}
        - {name: SKG_S3_BUCKET, value: {{ .root.Values.s3.bucket | quote }}}
        - {name: SKG_S3_REGION, value: {{ .root.Values.s3.region | quote }}}
        {{- if kindIs "bool" .root.Values.s3.pathStyle }}
        - {name: SKG_S3_PATH_STYLE, value: {{ .root.Values.s3.pathStyle | quote }}}
        {{- end }}
        - {name: SKG_DATASET_URI, value: {{ .root.Values.dataset.uri | quote }}}
        {{- end }}
        {{- with include "skg.access.env" $access | trim }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with $pod.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      resources:
        requests: {cpu: 100m, memory: 512Mi}
        limits: {cpu: "1", memory: 2Gi}
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
        {{- with $pod.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - {name: state, emptyDir: {}}
    - {name: tmp, emptyDir: {}}
    {{- with $files }}
    - name: access
      projected:
        defaultMode: 0440
        sources:
          {{- . | nindent 10 }}
    {{- end }}
    {{- with $pod.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
