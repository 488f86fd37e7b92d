FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY bin bin
COPY src src
# The bundles for browsers are most of ECharts, and nothing here loads them.
RUN npm run build && npm prune --omit=dev --omit=optional --no-audit --no-fund && rm -rf node_modules/echarts/dist

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
# As `npm start`: what is freed goes back to the system, and what is young takes less.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY migrations migrations
COPY data data
COPY LICENSE ./
USER node
EXPOSE 3000
# The embedded Postgres is not in the image: give DATABASE_URL.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "dist/main.js"]
CMD ["serve"]
