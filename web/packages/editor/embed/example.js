/** Three sentences to mark, one after the other; what is submitted stays in the browser. */
import { mount } from './labelkeep-editor.js';

const config = `<View>
  <Labels name="label" toName="text">
    <Label value="Person"/><Label value="Place"/>
  </Labels>
  <Text name="text" value="$text"/>
</View>`;

const sentences = [
  'Maria Lindqvist opened the terminal in Turku on Monday.',
  'In Tallinn, Peeter Tamm said the port would follow.',
  'Nobody came from Riga.',
];
const tasks = sentences.map((text, index) => ({ id: index + 1, data: { text } }));
const results = new Map(JSON.parse(localStorage.getItem('example-results') ?? '[]'));
let at = 0;

/** Everything that the editor needs to know about the task at `at`. */
function shown() {
  const task = tasks[at];
  const result = results.get(task.id);
  return {
    task,
    annotations: result ? [{ id: task.id, result, completed_by: 1 }] : [],
    history: {
      canBack: at > 0,
      canForward: at < tasks.length - 1,
      canPostpone: false,
      position: at + 1,
      total: tasks.length,
    },
  };
}

async function save({ result }) {
  const { id } = tasks[at];
  results.set(id, result);
  localStorage.setItem('example-results', JSON.stringify([...results]));
  if (at < tasks.length - 1) await go(1);
  return { id };
}

async function go(by) {
  at = Math.max(0, Math.min(tasks.length - 1, at + by));
  await editor.update(shown());
  if (tasks[at + 1]) editor.prefetch(tasks[at + 1]);
}

const editor = mount(document.querySelector('#editor'), {
  config,
  ...shown(),
  user: { id: 1, first_name: 'Ann' },
  mode: 'stream',
  onSubmit: save,
  onUpdate: (_id, payload) => save(payload),
  onNavigate: (direction) => void go(direction === 'next' ? 1 : -1),
});
