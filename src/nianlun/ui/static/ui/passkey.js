// Passkeys: hands the browser's question to it and sends its answer with the form. Without scripts the buttons stay hidden.
"use strict";

(() => {
  if (!window.PublicKeyCredential) return;

  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (asked) => {
    const made = await navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: named(asked.excludeCredentials),
      },
    });
    return {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
    };
  };
  const get = async (asked) => {
    const given = await navigator.credentials.get({
      publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) },
    });
    return {
      id: given.id,
      rawId: text(given.rawId),
      type: given.type,
      response: {
        clientDataJSON: text(given.response.clientDataJSON),
        authenticatorData: text(given.response.authenticatorData),
        signature: text(given.response.signature),
        userHandle: given.response.userHandle ? text(given.response.userHandle) : null,
      },
    };
  };

  const arm = (button, ask) => {
    button.hidden = false;
    const fault = button.form.querySelector("[data-passkey-fault]");
    button.addEventListener("click", async (event) => {
      if (button.value) return; // the answer is in, the form may go
      event.preventDefault();
      button.disabled = true;
      fault.hidden = true;
      try {
        button.value = JSON.stringify(await ask());
      } catch {
        fault.hidden = false; // refused, not at hand, or no name a passkey can be made for
      }
      button.disabled = false;
      if (button.value) button.form.requestSubmit(button);
    });
  };
  for (const button of document.querySelectorAll("[data-passkey-create]")) {
    arm(button, () => create(JSON.parse(button.dataset.passkeyCreate)));
  }
  for (const button of document.querySelectorAll("[data-passkey-get]")) {
    arm(button, () => get(JSON.parse(button.dataset.passkeyGet)));
  }
})();
