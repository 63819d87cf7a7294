/** The API of either server: projects, pictures and tasks for a measurement. */
import { deflateSync } from 'node:zlib';

export class Server {
  constructor({ url, token }) {
    this.url = url;
    this.headers = { Authorization: `Token ${token}` };
  }

  async call(method, path, body) {
    const form = body instanceof FormData;
    const answer = await fetch(this.url + path, {
      method,
      headers: form ? this.headers : { ...this.headers, 'Content-Type': 'application/json' },
      body: body === undefined || form ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`);
    return text ? JSON.parse(text) : null;
  }

  async project(title, config) {
    return (await this.call('POST', '/api/projects/', { title, label_config: config })).id;
  }

  /** Uploads a picture; gives its address. The task that the import makes of it is removed again. */
  async picture(project, width, height) {
    const form = new FormData();
    form.append('file', new Blob([png(width, height)], { type: 'image/png' }), 'bench.png');
    await this.call('POST', `/api/projects/${project}/import`, form);
    const [task] = (await this.call('GET', `/api/tasks/?project=${project}&fields=all`)).tasks;
    await this.call('DELETE', `/api/tasks/${task.id}/`);
    return task.data.image;
  }

  /** A task with one annotation that holds `result`; none when it is empty. */
  async task(project, data, result) {
    // Bodies of other routes are bounded (10 MiB in ours); an import is read as a stream.
    if (JSON.stringify(result).length > 5_000_000) {
      const body = [{ data, annotations: [{ result, ground_truth: false }] }];
      return (await this.call('POST', `/api/projects/${project}/import?return_task_ids=true`, body)).task_ids[0];
    }
    const { id } = await this.call('POST', '/api/tasks/', { project, data });
    if (result.length > 0) await this.call('POST', `/api/tasks/${id}/annotations/`, { result });
    return id;
  }

  /** A task with a draft of the person who measures. */
  async draft(project, data, result) {
    const { id } = await this.call('POST', '/api/tasks/', { project, data });
    await this.call('POST', `/api/tasks/${id}/drafts`, { result, lead_time: 1 });
    return id;
  }
}

/** A grey gradient with a grid: large, and quickly made. */
function png(width, height) {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = x % 100 === 0 || y % 100 === 0 ? 90 : 150 + ((x + y) % 64);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 6 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  let crc = 0xffffffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 4);
  return out;
}
