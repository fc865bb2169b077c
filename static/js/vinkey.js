/* Scripts of every page, in this order: what a page asks for. Served under hashed names the parts stand in here
   (vinkey/bundles.py). */

import "./app.js";
import "./controls.js";
import "./morph.js";
import "./live.js";
import "./sending.js";
