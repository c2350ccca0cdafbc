// Keeps calls made before the script has loaded, with their time. The script finds them, and who still holds one of
// these functions reaches it through them.
window.conversioncrm ||= ((calls) => {
  "track identify page group reset consent flush".split(" ").map((name) => {
    calls[name] = (...args) => calls.push([name, args, Date.now()]);
  });
  return calls;
})([]);
