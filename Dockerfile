# The service's image. It needs a PostgreSQL by DATABASE_URL (the embedded one is left out:
# its data would go with the container) and, for the cache, a Redis by REDIS_URL.
#
#   docker build -t attendance .
#   docker run -p 8080:8080 -e DATABASE_URL=postgres://... attendance

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY gen ./gen
COPY src ./src
RUN npm run --silent build

# Only what the running service imports. Optional packages are the embedded databases.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

FROM node:24-slim
# AUTH stays as it is by default: off is refused on an address that others can reach, so a
# deployment says AUTH=jwt and by whose keys (or AUTH_OFF_ANYWHERE=yes behind a gateway).
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist/gen ./dist/gen
COPY --from=build /app/dist/src ./dist/src
COPY package.json ./
COPY migrations ./migrations
COPY proto ./proto
COPY scripts/healthcheck.mjs ./scripts/healthcheck.mjs

# Files belong to root and the service writes none of them.
USER node
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "scripts/healthcheck.mjs"]

# In exec form, so that the service itself is process 1 and gets the signal to drain.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
