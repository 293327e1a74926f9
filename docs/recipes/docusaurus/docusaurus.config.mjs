/** @type {import("@docusaurus/types").Config} */
export default {
  title: "Handbook",
  url: "https://handbook.example",
  baseUrl: "/",
  onBrokenLinks: "throw",
  // The script of <rubric-example>.
  scripts: [{ src: "https://rubric.example/embed.js", type: "module" }],
  presets: [["classic", { docs: { routeBasePath: "/" }, blog: false, theme: {} }]],
  themeConfig: { navbar: { title: "Handbook" }, colorMode: { respectPrefersColorScheme: true } },
};
