/** Recovery codes, shown once: to be copied, kept as a file, or printed. */
import { Button, Checkbox, Copy, Dialog, Download, FileText, toast } from '@labelkeep/kit';
import { useState } from 'react';
import styles from './codes.module.css';

export function RecoveryCodes({ codes, email, onClose }: { codes: string[]; email: string; onClose: () => void }) {
  const [isKept, setKept] = useState(false);
  const text = `Recovery codes of Labelkeep for ${email}\n${window.location.origin}\n\n${codes.join('\n')}\n`;
  return (
    <Dialog title="Your recovery codes" isOpen isKept onClose={onClose}>
      <div className={styles.form}>
        <p>
          Each works once behind your password, in place of a passkey or a code of the app. Keep them where you keep
          your passwords; they are not shown again.
        </p>
        <ol className={styles.codes} aria-label="Recovery codes">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ol>
        <div className={styles.buttons}>
          <Button
            icon={<Copy size={16} />}
            onPress={() => {
              void navigator.clipboard.writeText(text).then(
                () => toast.success('Copied'),
                () => toast.error('The browser did not allow copying. Download or print them.'),
              );
            }}
          >
            Copy
          </Button>
          <Button icon={<Download size={16} />} onPress={() => download(text)}>
            Download
          </Button>
          <Button icon={<FileText size={16} />} onPress={() => window.print()}>
            Print
          </Button>
        </div>
        <Checkbox isSelected={isKept} onChange={setKept}>
          I have kept them
        </Checkbox>
        <div className={styles.end}>
          <Button variant="primary" isDisabled={!isKept} onPress={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function download(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'labelkeep-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(address);
}
