"use strict";
{
  const said = document.querySelector("[role=status]");
  const copy = async (address) => {
    try {
      await navigator.clipboard.writeText(address.textContent);
      return true;
    } catch {
      // Without https, or where it is forbidden: the address is selected, so that one key copies it.
      getSelection().selectAllChildren(address);
      return false;
    }
  };
  for (const address of document.querySelectorAll("code")) {
    const button = document.createElement("button");
    const word = document.createElement("span");
    const rest = document.createElement("span");
    button.type = "button";
    word.textContent = "Copy";
    rest.textContent = ` the ${address.title}`;
    rest.className = "unseen";
    button.append(word, rest);
    button.addEventListener("click", async () => {
      const copied = await copy(address);
      word.textContent = copied ? "Copied" : "Selected";
      said.textContent = copied ? `Copied the ${address.title}` : "The address is selected; press Ctrl+C or ⌘C to copy it";
      setTimeout(() => { word.textContent = "Copy"; said.textContent = ""; }, 4000);
    });
    address.after(button);
  }
}
