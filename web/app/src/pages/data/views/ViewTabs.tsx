/** The views of a project, beside each other: each is an address of its own. The open one has a menu; tabs are dragged. */
import {
  ArrowLeft,
  ArrowRight,
  ChevronDown,
  Copy,
  IconButton,
  LinkIcon,
  Lock,
  Menu,
  type MenuEntry,
  Pencil,
  Plus,
  Trash,
  toast,
  Users,
} from '@labelkeep/kit';
import { type DragEvent, useState } from 'react';
import { isolated, quoted } from '../../../shared/isolated';
import { AppLink, useGo } from '../../../shared/navigation';
import type { View } from '../model/view';
import { addressOfView, type ViewState } from '../use-view-state';
import type { Views } from '../use-views';
import { NameDialog } from './NameDialog';
import styles from './views.module.css';

export interface ViewTabsProps {
  project: number;
  views: Views;
  state: ViewState;
  /** Whether the person may make views that everybody sees. */
  mayShare: boolean;
}

type Naming = { kind: 'new' | 'rename' } | undefined;

export function ViewTabs({ project, views, state, mayShare }: ViewTabsProps) {
  const go = useGo();
  const [naming, setNaming] = useState<Naming>();
  const [dragged, setDragged] = useState<number>();
  const [target, setTarget] = useState<number>();
  const { list } = views;
  const { view } = state;
  // A server that keeps no views has none to choose from.
  if (!list) return null;

  const mayOrder = list.length > 1 && mayShare;
  const move = (id: number, to: number) => {
    const ids = list.map((other) => other.id as number).filter((other) => other !== id);
    ids.splice(to, 0, id);
    void views.reorder(ids);
  };
  const drop = () => {
    if (dragged !== undefined && target !== undefined && dragged !== target) {
      move(
        dragged,
        list.findIndex(({ id }) => id === target),
      );
    }
    setDragged(undefined);
    setTarget(undefined);
  };

  return (
    <nav className={styles.tabs} aria-label="Views">
      <Tab project={project} id={undefined} title="All tasks" isOpen={view.id === undefined && !state.isMissing} />
      {list.map((other) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: only for the mouse; the menu moves a tab, too
        <span
          key={other.id}
          className={styles.place}
          data-target={(dragged !== undefined && target === other.id) || undefined}
          draggable={mayOrder}
          onDragStart={(event: DragEvent) => {
            event.dataTransfer.effectAllowed = 'move';
            setDragged(other.id);
          }}
          onDragOver={(event: DragEvent) => {
            if (dragged === undefined) return;
            event.preventDefault();
            setTarget(other.id);
          }}
          onDrop={drop}
          onDragEnd={drop}
        >
          <Tab
            project={project}
            id={other.id}
            title={other.title}
            isPrivate={other.isPrivate}
            isOpen={view.id === other.id}
          />
          {view.id === other.id && (
            <ViewMenu
              project={project}
              view={view}
              views={views}
              mayShare={mayShare}
              mayOrder={mayOrder}
              onMove={move}
              onRename={() => setNaming({ kind: 'rename' })}
            />
          )}
        </span>
      ))}
      <IconButton label="New view" icon={<Plus size={16} />} onPress={() => setNaming({ kind: 'new' })} />
      {naming?.kind === 'new' && (
        <NameDialog
          title="New view"
          confirmLabel="Make the view"
          mayShare={mayShare}
          onClose={() => setNaming(undefined)}
          onSave={async (title, isPrivate) => {
            const made = await views.create(state.dataAs(title), isPrivate);
            setNaming(undefined);
            if (made !== undefined) go(addressOfView(project, { tab: made }));
          }}
        />
      )}
      {naming?.kind === 'rename' && view.id !== undefined && (
        <NameDialog
          title="Rename the view"
          confirmLabel="Rename"
          start={view.title}
          onClose={() => setNaming(undefined)}
          onSave={async (title) => {
            if (view.id !== undefined) views.change(view.id, { data: { ...view.data, title } });
            setNaming(undefined);
          }}
        />
      )}
    </nav>
  );
}

function Tab({
  project,
  id,
  title,
  isOpen,
  isPrivate = false,
}: {
  project: number;
  id: number | undefined;
  title: string;
  isOpen: boolean;
  isPrivate?: boolean;
}) {
  return (
    <AppLink href={addressOfView(project, { tab: id })} className={styles.tab} isCurrent={isOpen}>
      {isPrivate && <Lock size={12} aria-label="Only for you" />}
      <bdi title={title}>{title}</bdi>
    </AppLink>
  );
}

function ViewMenu({
  project,
  view,
  views,
  mayShare,
  mayOrder,
  onMove,
  onRename,
}: {
  project: number;
  view: View;
  views: Views;
  mayShare: boolean;
  mayOrder: boolean;
  onMove: (id: number, to: number) => void;
  onRename: () => void;
}) {
  const go = useGo();
  const { id } = view;
  if (id === undefined) return null;
  const place = views.list?.findIndex((other) => other.id === id) ?? 0;
  const last = (views.list?.length ?? 1) - 1;
  const items: MenuEntry[] = [];
  if (view.mayChange) items.push({ id: 'rename', label: 'Rename', icon: <Pencil size={16} />, onAction: onRename });
  items.push(
    {
      id: 'duplicate',
      label: 'Duplicate',
      icon: <Copy size={16} />,
      onAction: () =>
        void views.duplicate(id, view.isPrivate || !mayShare).then((made) => {
          if (made !== undefined) go(addressOfView(project, { tab: made }));
        }),
    },
    {
      id: 'link',
      label: 'Copy the link',
      icon: <LinkIcon size={16} />,
      onAction: () => {
        const link = new URL(addressOfView(project, { tab: id }), location.href).href;
        void navigator.clipboard.writeText(link).then(
          () => toast.success(view.isPrivate ? 'Link copied. It opens for you alone.' : 'Link copied'),
          () => toast.error('The browser did not allow copying.'),
        );
      },
    },
  );
  if (view.mayChange && mayShare) {
    items.push(
      view.isPrivate
        ? {
            id: 'share',
            label: 'Share with everybody',
            description: 'All who see the project see it.',
            icon: <Users size={16} />,
            onAction: () => views.change(id, { private: false }),
          }
        : {
            id: 'private',
            label: 'Keep to yourself',
            description: 'Nobody else sees it any more.',
            icon: <Lock size={16} />,
            onAction: () => views.change(id, { private: true }),
          },
    );
  }
  if (mayOrder && place > 0) {
    items.push({
      id: 'left',
      label: 'Move left',
      icon: <ArrowLeft size={16} />,
      onAction: () => onMove(id, place - 1),
    });
  }
  if (mayOrder && place < last) {
    items.push({
      id: 'right',
      label: 'Move right',
      icon: <ArrowRight size={16} />,
      onAction: () => onMove(id, place + 1),
    });
  }
  if (view.mayChange) {
    items.push({
      id: 'delete',
      label: 'Delete the view',
      icon: <Trash size={16} />,
      danger: true,
      onAction: () =>
        void views.remove(id).then((isGone) => {
          if (!isGone) return;
          go(addressOfView(project, {}));
          toast.success(`The view ${quoted(view.title)} was deleted. Its tasks are where they were.`, {
            label: 'Undo',
            onAction: () =>
              void views.create({ ...view.data }, view.isPrivate).then((made) => {
                if (made !== undefined) go(addressOfView(project, { tab: made }));
              }),
          });
        }),
    });
  }
  return (
    <Menu
      label={`The view ${isolated(view.title)}`}
      trigger={<IconButton label={`The view ${isolated(view.title)}`} icon={<ChevronDown size={14} />} />}
      items={items}
    />
  );
}
