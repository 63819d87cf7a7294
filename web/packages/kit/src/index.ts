/** Design tokens and accessible components. Pages use these and style no raw control. */
export { I18nProvider, RouterProvider } from 'react-aria-components';
export { type Bar, Columns, Ranking } from './components/Bars';
export * from './components/Button';
export { type CodeCompletion, type CodeDiagnostic, CodeEditor, type CodeEditorProps } from './components/CodeEditor';
export { type CommandEntry, CommandPalette, type CommandPaletteProps } from './components/CommandPalette';
export { type DataColumn, DataTable, type DataTableProps, type TablePosition } from './components/DataTable';
export * from './components/Dialog';
export * from './components/DropZone';
export * from './components/FileButton';
export * from './components/fields';
export * from './components/layout';
export * from './components/Menu';
export * from './components/small';
export { Pager, Table, type TableColumn, type TableProps } from './components/Table';
export { Tooltip, type TooltipProps } from './components/Tooltip';
export * from './components/toast';
export * from './icons';
