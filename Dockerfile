# The service's image. It needs a PostgreSQL by DATABASE_URL (the embedded one is left out:
# its data would go with the container) and, for the cache, a Redis by REDIS_URL.
#
#   docker build -t attendance .
#   docker run -p 127.0.0.1:8080:8080 -e DATABASE_URL=postgres://... \
#     -e AUTH_OFF_ANYWHERE=yes attendance

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY gen ./gen
COPY proto ./proto
COPY scripts ./scripts
COPY src ./src
RUN npm run --silent build

# Only what the running service imports. Optional packages are the embedded databases.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:24-slim
# The image listens on every address, where the service refuses to run without knowing its
# callers: give it AUTH=keys or AUTH=jwt. AUTH_OFF_ANYWHERE=yes says that the network keeps
# strangers out; that is for a deployment to say, and never for the image.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist/gen ./dist/gen
COPY --from=build /app/dist/proto ./dist/proto
COPY --from=build /app/dist/src ./dist/src
COPY package.json ./
COPY migrations ./migrations
COPY --from=build /app/scripts/healthcheck.mjs ./scripts/healthcheck.mjs

# Files belong to root and the service writes none of them.
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "scripts/healthcheck.mjs"]

# In exec form, so that the service itself is process 1 and gets the signal to drain.
# Young objects of some hundred calls at once: with less, a fifth of the time goes into collecting them.
CMD ["node", "--max-semi-space-size=32", "--enable-source-maps", "dist/src/main.js"]
