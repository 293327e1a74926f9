// The version of the element. It is raised with each release that changes what an author sees; see docs/embed.md.
export const VERSION = "1.2.1";

/** The format of what the script loads, which stands in the path: a pinned script goes on finding what it knows. */
export const FORMAT = 1;
