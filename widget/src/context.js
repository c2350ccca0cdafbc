let context;
let at;

/** Where a call was made at this time. Calls of one millisecond share it, which makes a loop of thousands cheap. */
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
