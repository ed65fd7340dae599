import { bugs } from "./bugs.ts";
import { defaultCache, fetchPackage } from "./packages.ts";

// node test/demo/fetch.ts [directory]: downloads the packages of the demo, so that its tests need no network.
const directory = process.argv[2] ?? defaultCache;
for (const { package: pinned } of bugs) {
  const how = await fetchPackage(pinned, directory);
  console.log(`${how} ${pinned.name}@${pinned.version}`);
}
