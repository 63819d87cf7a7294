/** The labeling editor: mount it in an element, or use the React component. */
export type { CustomHotkeys } from './core/actions';
export type {
  AnnotationState,
  EditorAnnotation,
  EditorCallbacks,
  EditorDraft,
  EditorOptions,
  EditorPlace,
  EditorPrediction,
  EditorTask,
  EditorUser,
  ProjectSettings,
  SaveAnswer,
  SavePayload,
  TaskHistory,
} from './core/options';
export type { ResultItem } from './core/types';
export { Editor, type EditorProps } from './Editor';
export { type EditorHandle, type EditorState, mount } from './mount';
export { prepare } from './prepare';
