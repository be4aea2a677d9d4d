/** Named endpoints of an app, as a team keeps them. Pure. */

export const FRESH = {
  name: "", url: "", method: "web-socket", query: [], protocols: [], firstMessage: null, expectedReply: null, state: "draft", owner: "", tags: [], notes: "",
};

export const STATES = ["draft", "active", "retired"];

/** The URL with its query. */
export function whole({ url, query }) {
  if (!URL.canParse(url)) return url;
  const made = new URL(url);
  for (const { name, value } of query ?? []) if (name) made.searchParams.append(name, value ?? "");
  return made.href;
}

/** What the tester calls it. */
const KINDS = { "web-socket": "web-socket", "server-sent-events": "server-sent-events" };

/** The address of the tester with its form filled in; null where that has no public address. Nothing starts by it. */
export function tester(profile, publicUrl) {
  if (!URL.canParse(publicUrl ?? "")) return null;
  const { method, protocols, firstMessage } = profile;
  const kind = KINDS[method] ?? "http";
  const pairs = [
    ["kind", kind], ["url", whole(profile)],
    ...kind === "web-socket" ? protocols.map((one) => ["protocol", one]) : [],
    ...firstMessage ? [["format", "text"], ["payload", firstMessage]] : [],
  ];
  const made = new URL("tester.html", publicUrl);
  made.hash = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  return made.href;
}

/** What is sent: what is empty is null. */
export const body = ({ name, url, method, query, protocols, firstMessage, expectedReply, state, owner, tags, notes }) => ({
  name: name.trim(), url: url.trim(), method, query: query.filter((one) => one.name).map((one) => ({ name: one.name, value: one.value })), protocols,
  firstMessage: firstMessage || null, expectedReply: expectedReply || null, state, owner: owner.trim(), tags, notes,
});
