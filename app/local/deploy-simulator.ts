// The deployment service of local mode: takes orders, goes through their steps, tells of each, with its state in the data
// folder. What fails or hangs where, and how slow it is, is said to its control (integrations/deployments/simulator.ts).
// Usage: node app/local/deploy-simulator.ts <state file>
import { startDeploymentSimulator } from "#app/integrations/deployments/simulator.ts";
import { loadEnv } from "#app/platform/env.ts";

const env = loadEnv();
const [file] = process.argv.slice(2);
const { webhook, callbackSecrets, port } = env.deployments;
if (!file || !webhook)
  throw new Error(
    "Usage: DEPLOY_PROVIDER=webhook DEPLOY_WEBHOOK_URL=… node app/local/deploy-simulator.ts <state file>",
  );
const simulator = await startDeploymentSimulator({
  ...{ port, file, secrets: webhook.secrets, token: webhook.token },
  callback: { url: `${env.functionsUrl}/deployment-callback`, secrets: callbackSecrets },
});
console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event: "ready", service: "deployments" }));
const end = (): void => void simulator.close().then(() => process.exit(0));
process.once("SIGTERM", end).once("SIGINT", end);
