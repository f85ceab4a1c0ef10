import { request as plain } from 'node:http';
import { request as secure } from 'node:https';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request to its end. A kubelet has signed its certificate itself. */
export const request = (url: string, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const send = url.startsWith('https:') ? secure : plain;
    const sent = send(url, { method, agent: false, rejectUnauthorized: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    sent.on('error', reject);
    sent.end();
  });

/** The body of a request that must succeed. */
export const get = async (url: string): Promise<string> => {
  const { status, body } = await request(url);
  if (status !== 200) throw new Error(`${url}: ${status}: ${body}`);
  return body;
};

export const getJson = async <T>(url: string): Promise<T> => JSON.parse(await get(url)) as T;
