/** Design tokens and accessible components. Pages use these and style no raw control. */
export { I18nProvider, RouterProvider } from 'react-aria-components';
export { type Bar, Columns, Ranking } from './components/Bars';
export * from './components/Button';
export { type CodeCompletion, type CodeDiagnostic, CodeEditor, type CodeEditorProps } from './components/CodeEditor';
export { ComboBox, type ComboBoxOption, type ComboBoxProps } from './components/ComboBox';
export { type CommandEntry, CommandPalette, type CommandPaletteProps } from './components/CommandPalette';
export * from './components/Dialog';
export * from './components/DropZone';
export * from './components/FileButton';
export * from './components/fields';
export * from './components/layout';
export * from './components/Menu';
export { Popover, type PopoverProps } from './components/Popover';
export { Segments, type SegmentsProps } from './components/Segments';
export * from './components/small';
export { Pager, Table, type TableColumn, type TableProps } from './components/Table';
export { Tooltip, type TooltipProps } from './components/Tooltip';
export { CardGrid, type CardGridProps } from './components/table/CardGrid';
export {
  type DataColumn,
  DataTable,
  type DataTableHandle,
  type DataTableProps,
  type ListSelection,
} from './components/table/DataTable';
export type { TablePosition } from './components/table/use-list-scroll';
export * from './components/toast';
export * from './icons';
