// The version of the package, from its own manifest; the build puts it into the bundle.

import manifest from "../../package.json" with { type: "json" };

/** Version of this `ffm`. */
export const version: string = manifest.version;
