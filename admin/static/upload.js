// Shows how much of a form's files has left. Without this script the form is sent all the same.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-progress]")) return;
  event.preventDefault();
  const bar = form.querySelector("progress");
  const show = (word) => form.querySelectorAll("[data-when]").forEach((each) => { each.hidden = each.dataset.when !== word; });
  const button = form.querySelector("button[type=submit]");
  const broken = () => { button.disabled = false; show("broken"); };
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (sent) => {
    if (sent.lengthComputable) { bar.max = sent.total; bar.value = sent.loaded; }
  });
  request.upload.addEventListener("load", () => { bar.removeAttribute("value"); show("arrived"); });
  request.addEventListener("error", broken);
  request.addEventListener("abort", broken);
  request.addEventListener("load", () => {
    // Where the server led on, the browser goes there; else the answer is the page.
    if (request.responseURL !== location.href) { location.assign(request.responseURL); return; }
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.open("POST", location.href);
  request.send(new FormData(form));
  button.disabled = true;
  bar.value = 0;
  show("");
  bar.parentElement.hidden = false;
});
