// Whether a key is for the input method with which a word is being composed. Safari tells of the key that ends it
// only after the word, and then by this code alone.
const OF_INPUT_METHOD = 229;

export const composes = ({ isComposing, keyCode }) => isComposing || keyCode === OF_INPUT_METHOD;
