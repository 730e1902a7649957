import type { Markdown } from "./markdown-types.js";

/** Names of GitHub for signs that labs use, each behind its sign; other names stay as they are written. */
const SIGNS =
  "🚀 rocket, 🎉 tada, ✅ white_check_mark, ✔️ heavy_check_mark, ☑️ ballot_box_with_check, ❌ x, ❎ negative_squared_cross_mark, ⚠️ warning, 💡 bulb, ℹ️ information_source, ❗ exclamation, ❗ heavy_exclamation_mark, ❓ question, 📝 memo, 📝 pencil, 📌 pushpin, 📖 book, 📚 books, 🔧 wrench, 🔨 hammer, 🛠️ hammer_and_wrench, ⚙️ gear, 🔥 fire, ⭐ star, 🌟 star2, ✨ sparkles, 👍 +1, 👍 thumbsup, 👎 -1, 👎 thumbsdown, 👋 wave, 👏 clap, 💪 muscle, 🙏 pray, 👀 eyes, 👉 point_right, 👈 point_left, 👇 point_down, 👆 point_up_2, 🤔 thinking, 😀 grinning, 😄 smile, 😃 smiley, 😉 wink, 😊 blush, 😎 sunglasses, 😢 cry, ❤️ heart, 🐛 bug, 🔒 lock, 🔓 unlock, 🔑 key, 📦 package, 🐳 whale, 🐧 penguin, 🐍 snake, 🐙 octopus, ☁️ cloud, 🌍 earth_africa, 🌐 globe_with_meridians, 💻 computer, 🖥️ desktop_computer, ⌨️ keyboard, 🔍 mag, 🔎 mag_right, 🔗 link, 🔔 bell, ⏰ alarm_clock, ⏳ hourglass_flowing_sand, ⌛ hourglass, ⏱️ stopwatch, 🚧 construction, 🚨 rotating_light, 🛑 stop_sign, 🚫 no_entry_sign, ⛔ no_entry, 🎯 dart, 🏁 checkered_flag, 🏆 trophy, 🎓 mortar_board, 💥 boom, 💯 100, 📊 bar_chart, 📈 chart_with_upwards_trend, 📂 open_file_folder, 📁 file_folder, 🗑️ wastebasket, ➡️ arrow_right, ⬅️ arrow_left, ⬆️ arrow_up, ⬇️ arrow_down, 🔄 arrows_counterclockwise, 🟢 green_circle, 🔴 red_circle, 🟡 yellow_circle, 🔵 large_blue_circle, 🎈 balloon, ☕ coffee, 🍕 pizza, 🍺 beer, 🧪 test_tube, 🧹 broom, 🪄 magic_wand";

const BY_NAME: ReadonlyMap<string, string> = new Map(
  SIGNS.split(", ").map((entry) => {
    const [sign = "", name = ""] = entry.split(" ", 2);
    return [name, sign];
  }),
);

/** A name between colons, not within a word or a longer row of them such as an image's or an address's. */
const NAME = /(?<![\w:]):([a-z0-9_+-]{1,32}):(?![\w:])/g;

/** Shows `:rocket:` in running text as GitHub does. Only what is shown changes: ids of headings are made of what is written, as there. */
export function addEmoji(markdown: Markdown): void {
  markdown.renderer.rules.text = (tokens, at) =>
    markdown.utils.escapeHtml(withEmoji(tokens[at]?.content ?? ""));
}

function withEmoji(text: string): string {
  if (!text.includes(":")) return text;
  return text.replaceAll(NAME, (written, name: string) => BY_NAME.get(name) ?? written);
}
