/** Kinds of annotated data sets that the server reads; `tasks` is everything else. */
export interface Kind {
  id: string;
  label: string;
  description?: string;
}

export const KINDS: Kind[] = [
  { id: 'tasks', label: 'Tasks, tables or media', description: 'A task a row, or a task a file' },
  {
    id: 'coco',
    label: 'COCO',
    description: 'Boxes, outlines, masks, key points, captions; with its pictures in an archive',
  },
  { id: 'yolo', label: 'YOLO', description: 'labels, data.yaml or classes.txt, and pictures, in an archive' },
  { id: 'yolo_obb', label: 'YOLO, turned boxes', description: 'As YOLO; four points are a turned box' },
  { id: 'voc', label: 'Pascal VOC', description: 'An XML file for each picture' },
  { id: 'cvat', label: 'CVAT for images', description: 'annotations.xml and pictures' },
  { id: 'labelme', label: 'LabelMe', description: 'A JSON file for each picture' },
  { id: 'labelbox', label: 'Labelbox', description: 'NDJSON of an export' },
  { id: 'ground_truth', label: 'SageMaker Ground Truth', description: 'output.manifest' },
  { id: 'conll', label: 'CoNLL', description: 'A word and its tag on each line' },
  { id: 'brat', label: 'brat standoff', description: 'Texts and .ann files, in an archive' },
  { id: 'doccano', label: 'doccano', description: 'JSON Lines' },
  { id: 'prodigy', label: 'Prodigy', description: 'JSON Lines of db-out' },
  { id: 'spacy', label: 'spaCy', description: 'JSON Lines with entities, spans or cats' },
];
