/** @type {import("@docusaurus/types").Config} */
export default {
  title: "Handbook",
  url: "https://handbook.example",
  baseUrl: "/",
  onBrokenLinks: "throw",
  // What keeps the place of <rubric-example>, and its script.
  stylesheets: ["https://rubric.example/embed.css"],
  scripts: [{ src: "https://rubric.example/embed.js", type: "module" }],
  presets: [["classic", { docs: { routeBasePath: "/" }, blog: false, theme: {} }]],
  themeConfig: { navbar: { title: "Handbook" }, colorMode: { respectPrefersColorScheme: true } },
};
