"use strict";

const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
// Colours of an activation from the lowest to the highest, of Matplotlib's map "inferno".
const COLOURS = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

let answer = null;
let asked = 0;
let url = null;

function percent(score) {
  return `${(100 * score).toFixed(1)} %`;
}

function colour(share) {
  const place = share * (COLOURS.length - 1);
  const low = Math.min(Math.floor(place), COLOURS.length - 2);
  return COLOURS[low].map((from, i) => from + (COLOURS[low + 1][i] - from) * (place - low));
}

function small(values) {
  const rows = values.length, columns = values[0].length;
  const flat = values.flat();
  const low = Math.min(...flat), high = Math.max(...flat);
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  flat.forEach((value, i) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    image.data.set([...colour(share), 255 * (0.25 + 0.5 * share)], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

function drawMap() {
  const canvas = at("map");
  const picture = at("picture");
  canvas.width = picture.naturalWidth ? Math.min(picture.naturalWidth, 1024) : 0;
  canvas.height = picture.naturalWidth
    ? Math.round((canvas.width * picture.naturalHeight) / picture.naturalWidth) : 0;
  if (!answer || !answer.heatmap || !at("visible").checked || !canvas.width) return;
  const { left, top, width, height } = answer.heatmap.region;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(
    small(answer.heatmap.maps[at("class").value]),
    left * canvas.width, top * canvas.height, width * canvas.width, height * canvas.height,
  );
}

function row(found) {
  const line = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = found.name;
  const score = document.createElement("td");
  score.className = "n";
  score.textContent = percent(found.score);
  const cell = document.createElement("td");
  cell.className = "bar";
  const bar = document.createElementNS(SVG, "svg");
  bar.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS(SVG, "rect");
  rect.setAttribute("width", percent(found.score).replace(" ", ""));
  rect.setAttribute("height", "100%");
  bar.append(rect);
  cell.append(bar);
  line.append(name, score, cell);
  return line;
}

function show(file) {
  const [first] = answer.classes;
  at("sentence").textContent = `${first.name}, ${percent(first.score)}`;
  at("caption").textContent =
    `${file.name || "picture"}, ${answer.width} x ${answer.height} pixels`;
  at("served").textContent = `version ${answer.version}`;
  at("classes").replaceChildren(...answer.classes.map(row));
  at("maps").hidden = !answer.heatmap;
  const names = answer.heatmap ? Object.keys(answer.heatmap.maps) : [];
  at("class").replaceChildren(...names.map((name) => new Option(name, name)));
  at("class").value = first.name;
  at("result").hidden = false;
  if (url) URL.revokeObjectURL(url);
  url = URL.createObjectURL(file);
  at("picture").alt = `The picture ${file.name || ""}`;
  at("picture").src = url;
}

async function ask(file) {
  const number = ++asked;
  at("error").textContent = "";
  at("state").textContent = "Asking ...";
  try {
    const response = await fetch("/ask", { method: "POST", body: file });
    const content = await response.json();
    if (number !== asked) return;
    if (!response.ok) throw new Error(content.error);
    answer = content;
    show(file);
    at("state").textContent = "";
  } catch (error) {
    if (number !== asked) return;
    at("state").textContent = "";
    at("result").hidden = true;
    at("error").textContent =
      error instanceof TypeError ? "The server does not answer." : error.message;
  }
}

function askFirst(files) {
  if (files && files.length) ask(files[0]);
}

at("picture").addEventListener("load", () => { at("shown").hidden = false; drawMap(); });
// TIFF, for one: the server reads it, the browser does not.
at("picture").addEventListener("error", () => { at("shown").hidden = true; });
at("visible").addEventListener("change", drawMap);
at("class").addEventListener("change", drawMap);
at("file").addEventListener("change", () => askFirst(at("file").files));
document.addEventListener("paste", (event) => askFirst(event.clipboardData.files));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  at("drop").classList.add("over");
});
document.addEventListener("dragleave", () => at("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  at("drop").classList.remove("over");
  askFirst(event.dataTransfer.files);
});
