// Passkeys: a form with data-passkey asks the browser for one, and is sent when it has answered. Without this
// script such forms stay hidden, and everything works without them.
"use strict";

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (ids) => ids.map((id) => ({ type: "public-key", id: bytesOf(id) }));

async function created(asked) {
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: bytesOf(asked.challenge),
      rp: { id: asked.host, name: "Tongguan" },
      user: { id: bytesOf(asked.handle), name: asked.name, displayName: asked.name },
      pubKeyCredParams: asked.algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: named(asked.known),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
    },
  });
  return {
    client: textOf(made.response.clientDataJSON),
    said: textOf(made.response.getAuthenticatorData()),
    key: textOf(made.response.getPublicKey()),
    algorithm: made.response.getPublicKeyAlgorithm(),
  };
}

async function signed(asked) {
  const shown = await navigator.credentials.get({
    publicKey: {
      challenge: bytesOf(asked.challenge),
      rpId: asked.host,
      allowCredentials: named(asked.known),
      userVerification: "required",
    },
  });
  return {
    id: textOf(shown.rawId),
    client: textOf(shown.response.clientDataJSON),
    said: textOf(shown.response.authenticatorData),
    signature: textOf(shown.response.signature),
  };
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  const asked = JSON.parse(form.dataset.passkey);
  const trouble = form.querySelector("[data-trouble]");
  form.closest("[hidden]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.textContent = "";
    try {
      const answer = await (asked.handle ? created(asked) : signed(asked));
      for (const [name, value] of Object.entries(answer)) form.elements[name].value = value;
      form.submit();
    } catch {
      trouble.textContent = form.dataset.refused;
    }
  });
}
