// Lists the operations of /openapi.json and sends requests to this server, with the token typed above.
"use strict";

const make = (name, text) => {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  return element;
};

const field = (parent, id, name, control) => {
  const label = make("label", name);
  label.htmlFor = id;
  control.id = id;
  parent.append(label, control);
  return control;
};

const send = async (method, path, inputs, body, output) => {
  let address = path;
  const query = new URLSearchParams();
  for (const [parameter, input] of inputs) {
    if (input.value === "") continue;
    if (parameter.in === "path") address = address.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    if (parameter.in === "query") query.set(parameter.name, input.value);
  }
  const token = document.getElementById("token").value;
  const headers = { Accept: "application/json, */*;q=0.5" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body && body.value) headers["Content-Type"] = "application/json";
  const text = query.size ? `${address}?${query}` : address;
  try {
    const answer = await fetch(text, { method, headers, body: body && body.value ? body.value : undefined });
    output.textContent = `${answer.status}\n${await answer.text()}`;
  } catch (error) {
    output.textContent = String(error);
  }
};

const operation = (number, method, path, what) => {
  const details = make("details");
  const summary = make("summary");
  summary.append(make("code", `${method} ${path}`), ` ${what.summary || ""}`);
  const form = make("form");
  const inputs = (what.parameters || []).map((parameter, idx) => [
    parameter,
    field(form, `p${number}-${idx}`, `${parameter.name} (${parameter.in})`, make("input")),
  ]);
  const body = what.requestBody ? field(form, `b${number}`, "Body (JSON)", make("textarea")) : null;
  const output = make("pre");
  output.setAttribute("role", "status");
  form.append(make("button", "Send"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(method, path, inputs, body, output);
  });
  details.append(summary, make("p", what.description || ""), form, output);
  return details;
};

fetch("/openapi.json")
  .then((answer) => answer.json())
  .then((api) => {
    const list = document.getElementById("operations");
    list.replaceChildren();
    let number = 0;
    for (const [path, item] of Object.entries(api.paths)) {
      for (const method of ["get", "post", "put", "patch", "delete"]) {
        if (item[method]) list.append(operation(number++, method.toUpperCase(), path, item[method]));
      }
    }
  });
