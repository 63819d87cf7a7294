import { ICONS } from '../../core/icons';
import { IconView } from '../../panels/parts/Icon';
import { PAGE_SIZES, type Pages } from './pages';
import styles from './repeater.module.css';

/** Previous, page number, next, and how many elements a page has. */
export function Pager({ page, count, size, go, resize, total }: Pages & { readonly total: number }) {
  return (
    <nav className={styles['pager']} aria-label="Pages of the list">
      <button
        type="button"
        aria-label="Previous page"
        title="Previous page (Alt PageUp)"
        disabled={page <= 1}
        onClick={() => go(page - 1)}
      >
        <IconView icon={ICONS.left} />
      </button>
      <label>
        Page
        <input
          key={page}
          type="number"
          min={1}
          max={count}
          defaultValue={page}
          onBlur={(event) => event.target.value !== String(page) && go(Number(event.target.value) || page)}
          onKeyDown={(event) => event.key === 'Enter' && go(Number(event.currentTarget.value) || page)}
        />
        of {count.toLocaleString()}
      </label>
      <button
        type="button"
        aria-label="Next page"
        title="Next page (Alt PageDown)"
        disabled={page >= count}
        onClick={() => go(page + 1)}
      >
        <IconView icon={ICONS.right} />
      </button>
      <label className={styles['size']}>
        Elements on a page
        <select value={size} onChange={(event) => resize(Number(event.target.value))}>
          {PAGE_SIZES.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <span className={styles['total']}>{total.toLocaleString()} elements</span>
    </nav>
  );
}
