let context;
let at;

/** What is said of where a call was made at this time. Calls of one millisecond share it: a loop of thousands is cheap. */
export const where = (time) => {
  if (time !== at) {
    at = time;
    context = {
      page: {
        // Query strings carry tokens and names: of theirs nothing leaves the page but utm_*.
        url: location.origin + location.pathname + location.search.replace(/([?&])(?!utm_)[^&]*/g, "$1"),
        path: location.pathname,
        referrer: document.referrer.split("?")[0],
        title: document.title,
      },
      locale: navigator.language,
    };
  }
  return context;
};

/** The page has changed. */
export const move = () => (at = 0);
