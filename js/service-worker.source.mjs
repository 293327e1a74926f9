// Keeps the files of one build, so that the page works without a network, and answers from them alone. js/keep.mjs
// writes the list of files. It never asks for anything else: what is not of the build goes the way it always went.
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";

precacheAndRoute(self.__WB_MANIFEST, { ignoreURLParametersMatching: [] });
cleanupOutdatedCaches();

// A page that was loaded before this worker was there is served from now on as well: a worker of the checker that is
// started anew then needs no network.
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// A newer build waits until the person says so: half a page of each would not work.
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
