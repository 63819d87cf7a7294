// Runs every generator that needs nothing but Node. Run: node samples/generate/all.mjs
for (const name of ['news-entities', 'street-scenes', 'product-reviews', 'template-media']) {
  console.log(`${name} …`)
  await import(`./${name}.mjs`)
}
